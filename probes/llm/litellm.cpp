// LiteLLM's proxy: OpenAI's chat, and beside it /health/readiness, whose status says "healthy" while its
// database is gone, and /health/backlog. Never /health: that calls every model, and costs.

#include "model/text.h"
#include "probes/llm/json.h"
#include "probes/llm/openai.h"
#include "probes/llm/providers.h"

namespace answerback::probes {
namespace {

class LiteLlm final : public LlmOpenAiChat {
 public:
  using LlmOpenAiChat::LlmOpenAiChat;

  // "Not connected" is a proxy that has no database; "disconnected" is one that has lost it.
  std::optional<Failure> unhealthy(const net::HttpResponse& response) const override {
    if (auto failure = LlmOpenAiChat::unhealthy(response)) return failure;
    const auto document = parse_json(response.body);
    if (!document) return not_json("the readiness", response.body);
    if (text(member(&*document, "db")) != "disconnected") return std::nullopt;
    return Failure{Reason::upstream_error, "the proxy says \"" +
                                               one_line(text(member(&*document, "status")), 40) +
                                               "\" and that its database is disconnected"};
  }

  LlmLoad read_load(std::string_view body) const override {
    const auto document = parse_json(body);
    const auto flying = document ? count(member(&*document, "in_flight_requests")) : std::nullopt;
    return {.running = flying ? std::optional(static_cast<double>(*flying)) : std::nullopt};
  }

 protected:
  std::optional<LlmCall> call(LlmAsk ask, std::string_view prompt) const override {
    if (ask == LlmAsk::health) return LlmCall{.url = server_url("/health/readiness")};
    if (ask == LlmAsk::load) return LlmCall{.url = server_url("/health/backlog")};
    return LlmOpenAiChat::call(ask, prompt);
  }
};

}  // namespace

std::unique_ptr<LlmProvider> make_llm_litellm(config::Fields& fields, LlmTarget target) {
  target.base = ending_in(std::move(target.base), "/v1");
  return std::make_unique<LiteLlm>(std::move(target), read_cap_field(fields, "max_tokens"));
}

}  // namespace answerback::probes
