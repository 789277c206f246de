#include "probes/llm/backoff.h"

#include <algorithm>

#include "model/text.h"

namespace answerback::probes {
namespace {

constexpr int patience = 3;  // refusals in a row that are answered by asking again
constexpr int left_out = 2;  // runs after each one more

bool is_refusal(Reason reason) {
  return reason == Reason::rate_limited || reason == Reason::overloaded || reason == Reason::quota;
}

}  // namespace

std::optional<ProbeResult> LlmBackoff::hold(Steady now) {
  if (now < quiet_until_)
    return ProbeResult::unknown(
        reason_, "asked to stay away until " + iso_time(quiet_until_wall_) + "; nothing was sent");
  if (left_out_ == 0) return std::nullopt;
  --left_out_;
  return ProbeResult::unknown(reason_, "refused " + std::to_string(refusals_) +
                                           " times in a row: backing off, this run is left out; nothing "
                                           "was sent");
}

void LlmBackoff::accepted() { refusals_ = left_out_ = 0; }

std::string LlmBackoff::refused(Reason reason, std::optional<Duration> wait, Steady now, Wall wall) {
  if (!is_refusal(reason)) {
    accepted();
    return {};
  }
  reason_ = reason;
  ++refusals_;
  if (wait) {
    const Duration quiet = std::min(*wait, longest_);
    quiet_until_ = now + quiet;
    quiet_until_wall_ = wall + std::chrono::duration_cast<Wall::duration>(quiet);
    return "; nothing is sent until " + iso_time(quiet_until_wall_);
  }
  if (refusals_ > patience) left_out_ = left_out;
  return {};
}

}  // namespace answerback::probes
