// vLLM: OpenAI's chat, and beside it /health (an empty 200, 503 when the engine is dead) and /metrics.

#include "probes/llm/providers.h"
#include "probes/llm/served.h"

namespace answerback::probes {

std::unique_ptr<LlmProvider> make_llm_vllm(config::Fields& fields, LlmTarget target) {
  constexpr LlmServedChat::Queue queue{.running = "vllm:num_requests_running",
                                       .waiting = "vllm:num_requests_waiting"};
  target.base = ending_in(std::move(target.base), "/v1");
  return std::make_unique<LlmServedChat>(queue, std::move(target), read_cap_field(fields, "max_tokens"));
}

}  // namespace answerback::probes
