// Google's Gemini: generateContent. A stream is `data:` events without names and without an end mark: the
// last one has a finishReason. A key that is no good is answered with a 400.

#include <boost/json/serialize.hpp>

#include "probes/llm/json.h"
#include "probes/llm/providers.h"
#include "probes/llm/refusal.h"
#include "probes/shared/expect/body.h"

namespace answerback::probes {
namespace {

namespace json = boost::json;

// What is withheld: by safety, copyright, or a list. Anything new counts as a normal end.
LlmFinish finish_of(const std::string& reason) {
  if (reason.empty() || reason == "FINISH_REASON_UNSPECIFIED") return LlmFinish::unsaid;
  if (reason == "MAX_TOKENS") return LlmFinish::length;
  for (const std::string_view filtered :
       {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE"})
    if (reason == filtered) return LlmFinish::filtered;
  return reason.starts_with("IMAGE_") ? LlmFinish::filtered : LlmFinish::complete;
}

// Thoughts come beside the candidates' own tokens, and are paid for like them.
LlmUsage usage_of(const json::value* usage) {
  LlmUsage read{.input = count(member(usage, "promptTokenCount")),
                .output = count(member(usage, "candidatesTokenCount")),
                .reasoning = count(member(usage, "thoughtsTokenCount")).value_or(0)};
  if (read.output || read.reasoning > 0) read.output = read.output.value_or(0) + read.reasoning;
  return read;
}

LlmPiece piece_of(const json::value& document) {
  LlmPiece piece;
  if (const auto refusal = refusal_in(document)) {
    piece.error = failure_of(200, *refusal);
    return piece;
  }
  piece.model = text(member(&document, "modelVersion"));
  piece.usage = usage_of(member(&document, "usageMetadata"));
  const json::value* candidate = first_of(member(&document, "candidates"));
  const json::value* parts = candidate ? member(*candidate, {"content", "parts"}) : nullptr;
  if (parts && parts->is_array()) {
    for (const json::value& part : parts->get_array())
      if (!is_true(member(&part, "thought"))) piece.content += text(member(&part, "text"));
  }
  piece.finish = finish_of(text(member(candidate, "finishReason")));
  if (const std::string why = text(member(document, {"promptFeedback", "blockReason"})); !why.empty()) {
    piece.finish = LlmFinish::filtered;  // then there are no candidates at all
    piece.refusal = "blockReason " + why;
  }
  return piece;
}

class Gemini final : public LlmProvider {
 public:
  using LlmProvider::LlmProvider;

  LlmPiece read_event(const net::SseEvent& event) const override {
    LlmPiece piece;
    if (event.data.empty()) return piece;
    const auto document = parse_json(event.data);
    if (document) return piece_of(*document);
    piece.error = not_json("an event of the stream", event.data);
    return piece;
  }

  LlmPiece read_whole(std::string_view body) const override {
    LlmPiece piece;
    const auto document = parse_json(body);
    if (!document) {
      piece.error = not_json("the answer", body);
      return piece;
    }
    piece = piece_of(*document);
    piece.end = true;
    if (!piece.error && !member(&*document, "candidates") && !member(&*document, "promptFeedback"))
      piece.error = Failure{Reason::protocol, "the answer is no completion: " + describe_body(body)};
    return piece;
  }

  std::optional<Failure> model_missing(LlmAsk ask, std::string_view body) const override {
    const auto document = parse_json(body);
    if (!document || !document->is_object()) return not_json("the list of models", body);
    if (const auto refusal = refusal_in(*document)) return failure_of(200, *refusal);
    if (ask == LlmAsk::model) return std::nullopt;
    const json::value* models = member(&*document, "models");
    if (!models || !models->is_array())
      return Failure{Reason::protocol, "no list of models: " + describe_body(body)};
    std::vector<std::string> names;
    for (const json::value& model : models->get_array()) {
      names.push_back(text(member(&model, "name")));
      if (names.back() == "models/" + target().model) return std::nullopt;
    }
    return missing_among(names);
  }

  std::optional<std::uint64_t> counted(std::string_view body) const override {
    const auto document = parse_json(body);
    return document ? count(member(&*document, "totalTokens")) : std::nullopt;
  }

 protected:
  std::pair<std::string, std::string> key_header(const std::string& key) const override {
    return {"x-goog-api-key", key};
  }

  std::optional<LlmCall> call(LlmAsk ask, std::string_view prompt) const override {
    json::object body{{"contents", json::array{{{"role", "user"},
                                                {"parts", json::array{json::object{{"text", prompt}}}}}}}};
    LlmCall call{.url = url("/models")};
    switch (ask) {
      case LlmAsk::edge:
      case LlmAsk::models: return call;
      case LlmAsk::model: call.url = model_url("/models/"); return call;
      case LlmAsk::count:
        call.url = model_url("/models/");
        call.url = below(std::move(call.url), ":countTokens");
        call.body = json::serialize(body);
        return call;
      case LlmAsk::completion: break;
      default: return std::nullopt;
    }
    call.url = below(model_url("/models/"), target().stream ? ":streamGenerateContent" : ":generateContent");
    if (target().stream) call.url.target += call.url.target.contains('?') ? "&alt=sse" : "?alt=sse";
    body["generationConfig"] = {{"maxOutputTokens", target().max_tokens}};
    call.body = json::serialize(body);
    return call;
  }
};

}  // namespace

std::unique_ptr<LlmProvider> make_llm_gemini(config::Fields&, LlmTarget target) {
  if (target.model.starts_with("models/")) target.model.erase(0, std::string_view("models/").size());
  if (!target.base.target.contains("/v1")) target.base = below(std::move(target.base), "/v1beta");
  return std::make_unique<Gemini>(std::move(target));
}

}  // namespace answerback::probes
