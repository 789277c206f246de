// vLLM: OpenAI's chat, and beside it /health (an empty 200, 503 when the engine is dead) and /metrics.

#include "probes/llm_exposition.h"
#include "probes/llm_openai.h"
#include "probes/llm_providers.h"

namespace answerback::probes {
namespace {

class Vllm final : public LlmOpenAiChat {
 public:
  using LlmOpenAiChat::LlmOpenAiChat;

  LlmLoad read_load(std::string_view page) const override {
    return {.running = sum_of(page, "vllm:num_requests_running"),
            .waiting = sum_of(page, "vllm:num_requests_waiting")};
  }

 protected:
  std::optional<LlmCall> call(LlmAsk ask, std::string_view prompt) const override {
    if (ask == LlmAsk::health) return LlmCall{.url = server_url("/health")};
    if (ask == LlmAsk::load) return LlmCall{.url = server_url("/metrics")};
    return LlmOpenAiChat::call(ask, prompt);
  }
};

}  // namespace

std::unique_ptr<LlmProvider> make_llm_vllm(config::Fields& fields, LlmTarget target) {
  target.base = ending_in(std::move(target.base), "/v1");
  return std::make_unique<Vllm>(std::move(target), read_cap_field(fields, "max_tokens"));
}

}  // namespace answerback::probes
