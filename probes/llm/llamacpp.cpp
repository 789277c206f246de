// llama.cpp's server: OpenAI's chat, and beside it /health (503 "Loading model", then 200) and, where it was
// started with --metrics, /metrics. Its default port has changed over time, so there is no default here.

#include "probes/llm/providers.h"
#include "probes/llm/served.h"

namespace answerback::probes {

std::unique_ptr<LlmProvider> make_llm_llamacpp(config::Fields& fields, LlmTarget target) {
  constexpr LlmServedChat::Queue queue{.running = "llamacpp:requests_processing",
                                       .waiting = "llamacpp:requests_deferred"};
  target.base = ending_in(std::move(target.base), "/v1");
  return std::make_unique<LlmServedChat>(queue, std::move(target), read_cap_field(fields, "max_tokens"));
}

}  // namespace answerback::probes
