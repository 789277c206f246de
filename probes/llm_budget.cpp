#include "probes/llm_budget.h"

namespace answerback::probes {

void LlmBudget::turn_day(Steady now) {
  constexpr std::chrono::days day(1);
  if (day_ == Steady{}) day_ = now;
  if (now - day_ < day) return;
  day_ += (now - day_) / day * day;
  spent_ = 0;
}

bool LlmBudget::allows_another(Steady now) {
  turn_day(now);
  return spent_ == 0 || spent_ + per_run_ <= limit_;
}

void LlmBudget::book(Steady now) {
  turn_day(now);
  booked_ = per_run_;
  spent_ += booked_;
}

void LlmBudget::settle(std::uint64_t tokens) {
  spent_ += tokens - booked_;
  booked_ = 0;
  if (tokens > 0) per_run_ = tokens;
}

}  // namespace answerback::probes
