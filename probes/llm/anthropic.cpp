// Anthropic's Messages API, versions 2023-06-01 and 2026-10-21. Never temperature, top_p or top_k: the newer
// version refuses them even at their defaults.
//
// A stream is named events from message_start to message_stop; there is no [DONE], a `ping` may come at any
// time, an `error` too, and names we do not know may appear.

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
  if (reason == "max_tokens") return LlmFinish::length;
  return reason == "refusal" ? LlmFinish::filtered : LlmFinish::complete;
}

LlmUsage usage_of(const json::value* usage) {
  return {.input = count(member(usage, "input_tokens")),
          .output = count(member(usage, "output_tokens")),
          .reasoning = 0};
}

class Anthropic final : public LlmProvider {
 public:
  Anthropic(LlmTarget target, std::string version, bool bearer)
      : LlmProvider(std::move(target)), version_(std::move(version)), bearer_(bearer) {}

  bool finish_is_end() const override { return false; }
  LlmPiece read_event(const net::SseEvent&) const override;
  LlmPiece read_whole(std::string_view body) const override;
  std::optional<Failure> model_missing(LlmAsk ask, std::string_view body) const override {
    return missing_in_list(ask, body);
  }

  // A limit that heals by waiting says how long; one that does not is the end of the money.
  Failure read_error(const net::HttpResponse& response) const override {
    Failure failure = LlmProvider::read_error(response);
    if (failure.reason == Reason::rate_limited && !net::find_header(response.headers, "retry-after"))
      failure = {Reason::quota, failure.detail + ", without retry-after: waiting will not help"};
    return failure;
  }

 protected:
  std::optional<LlmCall> call(LlmAsk, std::string_view prompt) const override;
  std::pair<std::string, std::string> key_header(const std::string& key) const override {
    return bearer_ ? LlmProvider::key_header(key) : std::pair<std::string, std::string>("x-api-key", key);
  }

 private:
  std::string version_;
  bool bearer_;
};

std::optional<LlmCall> Anthropic::call(LlmAsk ask, std::string_view prompt) const {
  LlmCall call{.url = url("/models"), .body = {}, .headers = {{"anthropic-version", version_}}};
  json::object body{{"model", target().model},
                    {"messages", json::array{json::object{{"role", "user"}, {"content", prompt}}}}};
  switch (ask) {
    case LlmAsk::edge:
    case LlmAsk::models: return call;
    case LlmAsk::model: call.url = model_url("/models/"); return call;
    case LlmAsk::count:
      call.url = url("/messages/count_tokens");
      call.body = json::serialize(body);
      return call;
    case LlmAsk::completion: break;
    default: return std::nullopt;
  }
  call.url = url("/messages");
  body["max_tokens"] = target().max_tokens;
  if (target().stream) body["stream"] = true;
  call.body = json::serialize(body);
  return call;
}

LlmPiece Anthropic::read_event(const net::SseEvent& event) const {
  LlmPiece piece;
  if (event.data.empty()) return piece;
  const auto document = parse_json(event.data);
  if (!document) {
    piece.error = not_json("an event of the stream", event.data);
    return piece;
  }
  const std::string type = text(member(&*document, "type"));
  if (type == "message_start") {
    const json::value* message = member(&*document, "message");
    piece.model = text(member(message, "model"));
    piece.usage = usage_of(member(message, "usage"));
  } else if (type == "content_block_delta") {
    piece.content = text(member(*document, {"delta", "text"}));  // thinking and JSON deltas have none
  } else if (type == "message_delta") {
    piece.finish = finish_of(text(member(*document, {"delta", "stop_reason"})));
    piece.usage = usage_of(member(&*document, "usage"));
  } else if (type == "message_stop") {
    piece.end = true;
  } else if (const auto refusal = refusal_in(*document)) {
    piece.error = failure_of(200, *refusal);
  }
  return piece;
}

LlmPiece Anthropic::read_whole(std::string_view body) const {
  LlmPiece piece;
  const auto document = parse_json(body);
  if (!document) {
    piece.error = not_json("the answer", body);
    return piece;
  }
  const json::value* content = member(&*document, "content");
  if (!content || !content->is_array()) {
    const auto refusal = refusal_in(*document);
    piece.error = refusal ? failure_of(200, *refusal)
                          : Failure{Reason::protocol, "the answer is no message: " + describe_body(body)};
    return piece;
  }
  for (const json::value& block : content->get_array()) piece.content += text(member(&block, "text"));
  piece.model = text(member(&*document, "model"));
  piece.usage = usage_of(member(&*document, "usage"));
  piece.finish = finish_of(text(member(&*document, "stop_reason")));
  piece.end = true;
  return piece;
}

}  // namespace

std::unique_ptr<LlmProvider> make_llm_anthropic(config::Fields& fields, LlmTarget target) {
  std::string version = fields.one_of("anthropic_version", "2026-10-21", {"2026-10-21", "2023-06-01"},
                                      "anthropic: version of the API");
  const bool bearer = fields.one_of("key_header", "own", {"own", "bearer"},
                                    "anthropic, azure: how the key is sent, in a header of the provider's "
                                    "own (x-api-key, api-key) or as Authorization: Bearer") == "bearer";
  target.base = ending_in(std::move(target.base), "/v1");
  return std::make_unique<Anthropic>(std::move(target), std::move(version), bearer);
}

}  // namespace answerback::probes
