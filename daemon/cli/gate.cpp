#include "cli/gate.h"

#include <algorithm>

namespace answerback::cli {

GateState Gate::look(bool ready, Steady at) {
  if (over()) return state_;
  at_ = at;
  if (!ready) {
    ready_since_.reset();
  } else if (!ready_since_) {
    ready_since_ = at;
  }
  if (ready && ready_for() >= terms_.stable) {
    state_ = GateState::open;
  } else if (elapsed() >= terms_.timeout) {
    state_ = GateState::timed_out;
  } else {
    state_ = ready ? GateState::settling : GateState::waiting;
  }
  return state_;
}

Steady Gate::next(Duration rhythm) const {
  Steady at = std::min(at_ + rhythm, began_ + terms_.timeout);
  if (ready_since_) at = std::min(at, *ready_since_ + terms_.stable);
  return at;
}

}  // namespace answerback::cli
