#pragma once
// What a probe may spend: out of a purse of its own, one it shares with others, or both. Without a limit,
// everything is allowed and nothing is kept.

#include <vector>

#include "model/evidence.h"
#include "probes/llm/purse.h"

namespace answerback::probes {

struct LlmPrice {
  double input = 0, output = 0;  // a million tokens; in whatever currency
  double of(std::uint64_t in, std::uint64_t out) const {
    return (static_cast<double>(in) * input + static_cast<double>(out) * output) / 1e6;
  }
};

class LlmBudget {
 public:
  void add(LlmPurse purse) { purses_.push_back(std::move(purse)); }
  bool limited() const { return !purses_.empty(); }
  bool allows(std::uint64_t tokens, Moment) const;
  std::uint64_t remaining(Moment) const;                    // of the purse with the least; limited() only
  std::string why_not(std::uint64_t tokens, Moment) const;  // allows() said no

 private:
  friend class LlmSpending;
  std::vector<LlmPurse> purses_;
};

// The cost of one generation, from the moment it is sent. One that ends without settle(), because the run was
// cancelled, stays booked at the most it may have cost, and is measured so.
class LlmSpending {
 public:
  LlmSpending(LlmBudget&, const std::optional<LlmPrice>&, Evidence&, const Clock&, std::uint64_t most_in,
              std::uint64_t most_out);
  ~LlmSpending();
  LlmSpending(const LlmSpending&) = delete;
  LlmSpending& operator=(const LlmSpending&) = delete;

  void settle(std::uint64_t in, std::uint64_t out);

 private:
  void measure(std::uint64_t in, std::uint64_t out);

  LlmBudget& budget_;
  const std::optional<LlmPrice>& price_;
  Evidence& evidence_;
  const Clock& clock_;
  std::uint64_t most_in_, most_out_;
  std::vector<LlmPurse::Booking> bookings_;  // as the purses
  bool settled_ = false;
};

}  // namespace answerback::probes
