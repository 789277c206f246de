// OpenAI's Responses API. A stream is named events, each with its type in the JSON too, and ends with exactly
// one of response.completed, response.failed and response.incomplete; there is no [DONE].

#include <boost/json/serialize.hpp>

#include "probes/llm/json.h"
#include "probes/llm/openai.h"
#include "probes/llm/providers.h"
#include "probes/llm/refusal.h"
#include "probes/shared/expect/body.h"

namespace answerback::probes {
namespace {

namespace json = boost::json;

constexpr std::int64_t least_tokens = 16;  // of max_output_tokens; less is refused

LlmUsage usage_of(const json::value* usage) {
  const auto reasoning = count(member(member(usage, "output_tokens_details"), "reasoning_tokens"));
  return {.input = count(member(usage, "input_tokens")),
          .output = count(member(usage, "output_tokens")),
          .reasoning = reasoning.value_or(0)};
}

// The response as it stands at its end, without its text, which has come in pieces.
LlmPiece piece_of_end(const json::value* response) {
  LlmPiece piece;
  piece.model = text(member(response, "model"));
  piece.usage = usage_of(member(response, "usage"));
  piece.end = true;
  const std::string status = text(member(response, "status"));
  if (status == "completed") {
    piece.finish = LlmFinish::complete;
  } else if (status == "incomplete") {
    const std::string why = text(member(member(response, "incomplete_details"), "reason"));
    piece.finish = why == "max_output_tokens" ? LlmFinish::length
                   : why == "content_filter"  ? LlmFinish::filtered
                                              : LlmFinish::complete;
  } else {
    const json::value* error = member(response, "error");
    piece.error = failure_of(200, {.code = text(member(error, "code")),
                                   .type = {},
                                   .param = {},
                                   .message = error ? text(member(error, "message")) : "status " + status});
  }
  return piece;
}

// output[] holds messages beside reasoning and tool calls; their content is text or a refusal.
void read_output(const json::value* output, LlmPiece& piece) {
  const json::array* items = output ? output->if_array() : nullptr;
  if (!items) return;
  for (const json::value& item : *items) {
    const json::value* content = member(&item, "content");
    const json::array* parts = content ? content->if_array() : nullptr;
    if (!parts) continue;
    for (const json::value& part : *parts) {
      const std::string type = text(member(&part, "type"));
      if (type == "output_text") piece.content += text(member(&part, "text"));
      if (type == "refusal") piece.refusal += text(member(&part, "refusal"));
    }
  }
}

class OpenAiResponses final : public LlmProvider {
 public:
  using LlmProvider::LlmProvider;

  bool finish_is_end() const override { return false; }

  LlmPiece read_event(const net::SseEvent& event) const override {
    LlmPiece piece;
    if (event.data.empty()) return piece;
    const auto document = parse_json(event.data);
    if (!document) {
      piece.error = not_json("an event of the stream", event.data);
      return piece;
    }
    const std::string named = text(member(&*document, "type"));
    const std::string& type = named.empty() ? event.type : named;
    const json::value* response = member(&*document, "response");
    if (type == "response.output_text.delta") {
      piece.content = text(member(&*document, "delta"));
    } else if (type == "response.refusal.delta") {
      piece.refusal = text(member(&*document, "delta"));
    } else if (type == "response.completed" || type == "response.failed" || type == "response.incomplete") {
      piece = piece_of_end(response);
    } else if (type == "error") {
      piece.error = failure_of(200, {.code = text_or_number(member(&*document, "code")),
                                     .type = {},
                                     .param = text(member(&*document, "param")),
                                     .message = text(member(&*document, "message"))});
      if (const auto refusal = refusal_in(*document)) piece.error = failure_of(200, *refusal);
    } else if (const auto refusal = refusal_in(*document)) {
      piece.error = failure_of(200, *refusal);
    }
    return piece;
  }

  LlmPiece read_whole(std::string_view body) const override {
    LlmPiece piece;
    const auto document = parse_json(body);
    if (!document) {
      piece.error = not_json("the answer", body);
    } else if (member(&*document, "status") == nullptr) {
      const auto refusal = refusal_in(*document);
      piece.error = refusal ? failure_of(200, *refusal)
                            : Failure{Reason::protocol, "the answer is no response: " + describe_body(body)};
    } else {
      piece = piece_of_end(&*document);
      read_output(member(&*document, "output"), piece);
    }
    return piece;
  }

  std::optional<Failure> model_missing(LlmAsk ask, std::string_view body) const override {
    return missing_in_list(ask, body);
  }

 protected:
  std::optional<LlmCall> call(LlmAsk ask, std::string_view prompt) const override {
    json::object body{{"model", target().model}, {"input", prompt}};
    switch (ask) {
      case LlmAsk::edge:
      case LlmAsk::models: return LlmCall{.url = url("/models")};
      case LlmAsk::model: return LlmCall{.url = model_url("/models/")};
      case LlmAsk::count:
        return LlmCall{.url = url("/responses/input_tokens"), .body = json::serialize(body)};
      case LlmAsk::completion: break;
      default: return std::nullopt;
    }
    body["max_output_tokens"] = target().max_tokens;
    if (target().stream) body["stream"] = true;
    body["store"] = false;
    return LlmCall{.url = url("/responses"),
                   .body = json::serialize(body),
                   .headers = {{"Accept", target().stream ? "text/event-stream" : "application/json"}}};
  }
};

}  // namespace

std::unique_ptr<LlmProvider> make_llm_openai_responses(config::Fields& fields, LlmTarget target) {
  read_openai_headers(fields, target);
  if (target.max_tokens < least_tokens) fields.error("max_tokens", "the Responses API takes no less than 16");
  return std::make_unique<OpenAiResponses>(std::move(target));
}

}  // namespace answerback::probes
