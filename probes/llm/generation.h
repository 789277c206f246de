#pragma once
// The look that costs something: one generation, received, paid for, measured and judged.

#include <boost/asio/awaitable.hpp>
#include <expected>

#include "probes/llm/baseline.h"
#include "probes/llm/budget.h"
#include "probes/llm/look.h"
#include "probes/shared/challenge/challenge.h"

namespace answerback::probes {

struct LlmGeneration {
  std::expected<ProbeResult, LlmRefused> result;
  std::uint64_t tokens = 0;  // in and out: what it cost
};

// `most_tokens`: what it may cost, booked while it runs. Noted in the ladder; a run that is cancelled leaves
// its booking and its measures.
asio::awaitable<LlmGeneration> generate(LlmLooker, const Challenge&, std::uint64_t most_tokens, LlmBudget&,
                                        LlmBaseline&);

}  // namespace answerback::probes
