#pragma once
// Tokens a probe may spend a day. Days are counted by the steady clock from the first look, so that no step
// of the wall clock gives a second budget. Kept in memory only.

#include <cstdint>

#include "model/time.h"

namespace answerback::probes {

class LlmBudget {
 public:
  LlmBudget(std::uint64_t tokens_per_day, std::uint64_t tokens_per_run)
      : limit_(tokens_per_day), per_run_(tokens_per_run) {}

  // Whether another run fits in, costing what the last one did; the first of a day always does.
  bool allows_another(Steady now);

  // Booked before the run is sent, so that one that is cut off is paid for; settled when its cost is known.
  void book(Steady now);
  void settle(std::uint64_t tokens);

  std::uint64_t limit() const { return limit_; }
  std::uint64_t spent() const { return spent_; }
  std::uint64_t remaining() const { return spent_ < limit_ ? limit_ - spent_ : 0; }
  Duration until_next_day(Steady now) const { return day_ + std::chrono::days(1) - now; }

 private:
  void turn_day(Steady now);

  std::uint64_t limit_, per_run_;  // per_run_: what the last one cost, at first an estimate
  std::uint64_t spent_ = 0, booked_ = 0;
  Steady day_{};  // began
};

}  // namespace answerback::probes
