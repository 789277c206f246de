#include "model/phases.h"

namespace answerback {
namespace {

constexpr std::size_t usual_phases = 6;  // what most runs go through at most

}  // namespace

void Phases::enter(Phase phase, Steady at, Reason late) {
  end(at);
  if (times_.empty()) times_.reserve(usual_phases);
  times_.push_back({.phase = phase, .began = at, .took = Duration::zero()});
  note_.clear();
  current_ = phase;
  late_ = late;
  open_ = true;
}

void Phases::end(Steady at) {
  if (!open_) return;
  times_.back().took = at - times_.back().began;
  open_ = false;
}

}  // namespace answerback
