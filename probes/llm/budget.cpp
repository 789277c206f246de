#include "probes/llm/budget.h"

#include <algorithm>
#include <limits>

namespace answerback::probes {

bool LlmBudget::allows(std::uint64_t tokens, Moment now) const {
  return std::ranges::all_of(purses_, [&](const LlmPurse& purse) { return purse.allows(tokens, now); });
}

std::uint64_t LlmBudget::remaining(Moment now) const {
  std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
  for (const LlmPurse& purse : purses_) least = std::min(least, purse.remaining(now));
  return least;
}

std::string LlmBudget::why_not(std::uint64_t tokens, Moment now) const {
  for (const LlmPurse& purse : purses_)
    if (!purse.allows(tokens, now)) return purse.state(now);
  return {};
}

LlmSpending::LlmSpending(LlmBudget& budget, const std::optional<LlmPrice>& price, Evidence& evidence,
                         const Clock& clock, std::uint64_t most_in, std::uint64_t most_out)
    : budget_(budget),
      price_(price),
      evidence_(evidence),
      clock_(clock),
      most_in_(most_in),
      most_out_(most_out) {
  for (LlmPurse& purse : budget_.purses_)
    bookings_.push_back(purse.book(most_in + most_out, Moment::of(clock_)));
}

LlmSpending::~LlmSpending() {
  if (!settled_) measure(most_in_, most_out_);
}

void LlmSpending::settle(std::uint64_t in, std::uint64_t out) {
  settled_ = true;
  for (std::size_t i = 0; i < bookings_.size(); ++i)
    budget_.purses_[i].settle(bookings_[i], in + out, Moment::of(clock_));
  if (in + out > 0) measure(in, out);
}

void LlmSpending::measure(std::uint64_t in, std::uint64_t out) {
  evidence_.measure(Measure::input_tokens, static_cast<double>(in));
  evidence_.measure(Measure::output_tokens, static_cast<double>(out));
  if (price_) evidence_.measure(Measure::cost, price_->of(in, out));
}

}  // namespace answerback::probes
