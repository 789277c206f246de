#include "probes/llm/openai.h"

#include <boost/json/serialize.hpp>

#include "probes/llm/json.h"
#include "probes/llm/providers.h"
#include "probes/llm/refusal.h"
#include "probes/shared/expect/body.h"

namespace answerback::probes {
namespace {

namespace json = boost::json;

LlmFinish finish_of(const std::string& reason) {
  if (reason.empty()) return LlmFinish::unsaid;
  if (reason == "length") return LlmFinish::length;
  return reason == "content_filter" ? LlmFinish::filtered : LlmFinish::complete;
}

LlmUsage usage_of(const json::value* usage) {
  const auto reasoning = count(member(member(usage, "completion_tokens_details"), "reasoning_tokens"));
  return {.input = count(member(usage, "prompt_tokens")),
          .output = count(member(usage, "completion_tokens")),
          .reasoning = reasoning.value_or(0)};
}

// A text, or a list of parts of which some are texts, as Mistral and gateways to others give it.
std::string words_in(const json::value* content) {
  const json::array* parts = content ? content->if_array() : nullptr;
  if (!parts) return text(content);
  std::string words;
  for (const json::value& part : *parts)
    if (text(member(&part, "type")) == "text") words += text(member(&part, "text"));
  return words;
}

// A chunk and a whole completion differ in one name: `delta` or `message`.
LlmPiece piece_of(const json::value& document, std::string_view said) {
  LlmPiece piece;
  if (const auto refusal = refusal_in(document)) {
    piece.error = failure_of(200, *refusal);
    return piece;
  }
  piece.model = text(member(&document, "model"));
  piece.usage = usage_of(member(&document, "usage"));
  const json::value* choice = first_of(member(&document, "choices"));
  const json::value* words = member(choice, said);
  piece.content = words_in(member(words, "content"));
  piece.refusal = text(member(words, "refusal"));
  const std::string finish = text(member(choice, "finish_reason"));
  piece.finish = finish_of(finish);
  if (finish == "error")  // OpenRouter's
    piece.error = Failure{Reason::upstream_error, "the answer ended with finish_reason error"};
  return piece;
}

// An event that is called an error; what it holds need not say so again.
LlmPiece error_of(const json::value& document) {
  LlmPiece piece;
  const auto refusal = refusal_in(document);
  piece.error = failure_of(200, refusal ? *refusal
                                        : LlmRefusal{.code = text_or_number(member(&document, "code")),
                                                     .type = text(member(&document, "type")),
                                                     .param = text(member(&document, "param")),
                                                     .message = text(member(&document, "message"))});
  return piece;
}

// OpenAI itself; it also counts tokens, through its other API.
class OpenAi final : public LlmOpenAiChat {
 public:
  using LlmOpenAiChat::LlmOpenAiChat;

 protected:
  std::optional<LlmCall> call(LlmAsk ask, std::string_view prompt) const override {
    if (ask != LlmAsk::count) return LlmOpenAiChat::call(ask, prompt);
    return LlmCall{.url = url("/responses/input_tokens"),
                   .body = json::serialize(json::object{{"model", target().model}, {"input", prompt}})};
  }
};

}  // namespace

std::optional<LlmCall> LlmOpenAiChat::call(LlmAsk ask, std::string_view prompt) const {
  switch (ask) {
    case LlmAsk::edge:
    case LlmAsk::models: return LlmCall{.url = url("/models")};
    case LlmAsk::model: return LlmCall{.url = model_url("/models/")};
    case LlmAsk::completion: return completion(url("/chat/completions"), prompt);
    default: return std::nullopt;
  }
}

LlmCall LlmOpenAiChat::completion(net::Url url, std::string_view prompt) const {
  json::object body{{"model", target().model},
                    {"messages", json::array{json::object{{"role", "user"}, {"content", prompt}}}},
                    {cap_field_, target().max_tokens}};
  if (target().stream) {
    body["stream"] = true;
    body["stream_options"] = {{"include_usage", true}};
  }
  return {.url = std::move(url),
          .body = json::serialize(body),
          .headers = {{"Accept", target().stream ? "text/event-stream" : "application/json"}}};
}

LlmPiece LlmOpenAiChat::read_event(const net::SseEvent& event) const {
  LlmPiece piece;
  if (event.data == "[DONE]") {
    piece.end = true;
  } else if (const auto document = parse_json(event.data)) {
    piece = event.type == "error" ? error_of(*document) : piece_of(*document, "delta");
  } else if (!event.data.empty()) {
    piece.error = not_json("an event of the stream", event.data);
  }
  return piece;
}

LlmPiece LlmOpenAiChat::read_whole(std::string_view body) const {
  LlmPiece piece;
  const auto document = parse_json(body);
  if (!document) {
    piece.error = not_json("the answer", body);
    return piece;
  }
  piece = piece_of(*document, "message");
  piece.end = true;
  if (!piece.error && !member(&*document, "choices"))
    piece.error = Failure{Reason::protocol, "the answer is no completion: " + describe_body(body)};
  return piece;
}

std::optional<Failure> LlmOpenAiChat::model_missing(LlmAsk ask, std::string_view body) const {
  return missing_in_list(ask, body);
}

void read_openai_headers(config::Fields& fields, LlmTarget& target) {
  for (const auto& [key, header] :
       {std::pair{"organization", "OpenAI-Organization"}, {"project", "OpenAI-Project"}}) {
    const std::string value = fields.text(key, "", "sent as " + std::string(header));
    if (!value.empty()) target.headers.emplace_back(header, value);
  }
}

std::string read_cap_field(config::Fields& fields, std::string_view fallback) {
  return fields.one_of(
      "max_tokens_field", fallback, {"max_completion_tokens", "max_tokens"},
      "name of the cap in the request; servers other than OpenAI often know max_tokens only");
}

std::unique_ptr<LlmProvider> make_llm_openai(config::Fields& fields, LlmTarget target) {
  read_openai_headers(fields, target);
  return std::make_unique<OpenAi>(std::move(target), read_cap_field(fields, "max_completion_tokens"));
}

std::unique_ptr<LlmProvider> make_llm_openai_compatible(config::Fields& fields, LlmTarget target) {
  return std::make_unique<LlmOpenAiChat>(std::move(target), read_cap_field(fields, "max_tokens"));
}

}  // namespace answerback::probes
