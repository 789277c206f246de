#pragma once
// The deploy gate: opens once what is waited for has been ready for long enough, shuts at the timeout. Pure:
// it is told what each look gave and when, and says what that means.

#include <cstdint>
#include <optional>

#include "model/time.h"

namespace answerback::cli {

enum class GateState : std::uint8_t { waiting, settling, open, timed_out };

struct GateTerms {
  Duration timeout{};  // from the start
  Duration stable{};   // ready at every look for so long; zero: once is enough
};

class Gate {
 public:
  Gate(GateTerms terms, Steady began) : terms_(terms), began_(began), at_(began) {}

  // What a look at `at` gave. The last word, open or timed_out, stays.
  GateState look(bool ready, Steady at);

  GateState state() const { return state_; }
  bool over() const { return state_ == GateState::open || state_ == GateState::timed_out; }
  Duration elapsed() const { return at_ - began_; }  // to the last look
  Duration ready_for() const { return ready_since_ ? at_ - *ready_since_ : Duration(); }
  Steady next(Duration rhythm) const;  // when to look again: no later than the moment that could decide

 private:
  GateTerms terms_;
  Steady began_, at_;
  std::optional<Steady> ready_since_;
  GateState state_ = GateState::waiting;
};

}  // namespace answerback::cli
