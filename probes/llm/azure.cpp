// Azure OpenAI: OpenAI's chat under a resource of one's own, where `model` is the name of a deployment. Two
// ways in: v1 (generally available since August 2025), and the classic one, with the deployment in the path
// and an api-version.

#include "probes/llm/json.h"
#include "probes/llm/openai.h"
#include "probes/llm/providers.h"

namespace answerback::probes {
namespace {

class Azure final : public LlmOpenAiChat {
 public:
  Azure(LlmTarget target, std::string cap_field, bool classic, bool bearer)
      : LlmOpenAiChat(std::move(target), std::move(cap_field)), classic_(classic), bearer_(bearer) {}

  // The list is of the models there are to deploy, not of what is deployed.
  std::optional<Failure> model_missing(LlmAsk, std::string_view body) const override {
    const auto document = parse_json(body);
    if (!document || !member(&*document, "data")) return not_json("the list of models", body);
    return std::nullopt;
  }
  std::string_view access_unproved() const override { return "the deployment"; }

 protected:
  std::pair<std::string, std::string> key_header(const std::string& key) const override {
    return bearer_ ? LlmProvider::key_header(key) : std::pair<std::string, std::string>("api-key", key);
  }

  std::optional<LlmCall> call(LlmAsk ask, std::string_view prompt) const override {
    switch (ask) {
      case LlmAsk::edge:
      case LlmAsk::model:
      case LlmAsk::models: return LlmCall{.url = url("/models")};
      case LlmAsk::completion:
        return completion(
            classic_ ? below(model_url("/deployments/"), "/chat/completions") : url("/chat/completions"),
            prompt);
      default: return std::nullopt;
    }
  }

 private:
  bool classic_, bearer_;
};

}  // namespace

std::unique_ptr<LlmProvider> make_llm_azure(config::Fields& fields, LlmTarget target) {
  const bool classic = fields.one_of("azure_api", "v1", {"v1", "classic"},
                                     "azure: v1, or classic with the deployment in the path") == "classic";
  const std::string version =
      fields.text("api_version", "", "azure: sent as api-version; classic: 2024-10-21 where left out");
  const bool bearer =
      fields.one_of("key_header", "own", {"own", "bearer"}, "how the key is sent") == "bearer";
  target.base = ending_in(std::move(target.base), classic ? "/openai" : "/openai/v1");
  if (!target.base.target.contains("api-version=") && (classic || !version.empty()))
    target.base.target += (target.base.target.contains('?') ? "&api-version=" : "?api-version=") +
                          (version.empty() ? "2024-10-21" : version);
  return std::make_unique<Azure>(std::move(target), read_cap_field(fields, "max_completion_tokens"), classic,
                                 bearer);
}

}  // namespace answerback::probes
