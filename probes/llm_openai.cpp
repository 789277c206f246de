#include "probes/llm_openai.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "model/text.h"
#include "probes/expect_body.h"
#include "probes/llm_reasons.h"

namespace answerback::probes {
namespace {

namespace json = boost::json;

constexpr std::size_t words_shown = 200;
constexpr std::size_t models_shown = 5;

// Null where there is no such member, or this is no object.
const json::value* member(const json::value* value, std::string_view name) {
  const json::object* object = value ? value->if_object() : nullptr;
  return object ? object->if_contains(name) : nullptr;
}

std::string text(const json::value* value) {
  const json::string* string = value ? value->if_string() : nullptr;
  return string ? std::string(string->begin(), string->end()) : std::string();
}

// A code may be a word, a number, or a number in quotes.
std::string text_or_number(const json::value* value) {
  return value && (value->is_int64() || value->is_uint64()) ? json::serialize(*value) : text(value);
}

// A count the peer claims; what cannot be one is not said.
std::optional<std::uint64_t> count(const json::value* value) {
  constexpr std::uint64_t most = 1'000'000'000;
  if (!value || !value->is_number()) return std::nullopt;
  boost::system::error_code error;
  const auto number = value->to_number<std::uint64_t>(error);
  return error || number > most ? std::nullopt : std::optional(number);
}

std::optional<json::value> parse(std::string_view document) {
  boost::system::error_code error;
  json::value value = json::parse(document, error, {}, {.max_depth = 32});
  return error ? std::nullopt : std::optional(std::move(value));
}

Failure not_json(std::string_view what, std::string_view document) {
  return {Reason::protocol, std::string(what) + " is not JSON: " + describe_body(document)};
}

// {"error": {message, type, param, code}}, {"error": "words"}, {"object": "error", message, …}, or {"detail":
// "words"}.
struct Refusal {
  std::string code, type, param, message;
};
std::optional<Refusal> refusal_in(const json::value& document) {
  const json::value* error = member(&document, "error");
  if (error && error->is_null()) error = nullptr;
  if (!error && text(member(&document, "object")) == "error") error = &document;
  if (!error) {
    const std::string detail = text(member(&document, "detail"));
    return detail.empty() ? std::nullopt
                          : std::optional(Refusal{.code = {}, .type = {}, .param = {}, .message = detail});
  }
  Refusal refusal{.code = text_or_number(member(error, "code")),
                  .type = text(member(error, "type")),
                  .param = text(member(error, "param")),
                  .message = text(member(error, "message"))};
  if (error->is_string()) refusal.message = text(error);
  return refusal;
}

Failure failure_of(unsigned status, const Refusal& refusal) {
  Reason reason = reason_of_error(status, refusal.code, refusal.type);
  if (reason == Reason::bad_request && refusal.param == "model") reason = Reason::model_not_found;
  std::string detail = refusal.code.empty() ? refusal.type : refusal.code;
  if (!refusal.message.empty()) detail += (detail.empty() ? "" : ": ") + refusal.message;
  return {reason, one_line(detail.empty() ? "an error without words" : detail, words_shown)};
}

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

// A chunk and a whole completion differ in one name: `delta` or `message`.
LlmPiece piece_of(const json::value& document, std::string_view said) {
  LlmPiece piece;
  if (const auto refusal = refusal_in(document)) {
    piece.error = failure_of(200, *refusal);
    return piece;
  }
  piece.model = text(member(&document, "model"));
  piece.usage = usage_of(member(&document, "usage"));
  const json::value* choices = member(&document, "choices");
  if (!choices || !choices->is_array() || choices->get_array().empty()) return piece;
  const json::value* choice = &choices->get_array().front();
  const json::value* words = member(choice, said);
  piece.content = text(member(words, "content"));
  piece.refusal = text(member(words, "refusal"));
  piece.finish = finish_of(text(member(choice, "finish_reason")));
  return piece;
}

class OpenAi final : public LlmProvider {
 public:
  OpenAi(LlmTarget target, std::string cap_field)
      : target_(std::move(target)), cap_field_(std::move(cap_field)) {}

  net::HttpRequest request(LlmAsk, std::string_view prompt) const override;
  LlmPiece read_event(const net::SseEvent&) const override;
  LlmPiece read_whole(std::string_view body) const override;
  Failure read_error(const net::HttpResponse&) const override;
  std::optional<Failure> model_missing(LlmAsk, std::string_view body) const override;
  bool unknown_call(const net::HttpResponse&) const override;

 private:
  std::string completion(std::string_view prompt) const;

  LlmTarget target_;
  std::string cap_field_;
};

net::HttpRequest OpenAi::request(LlmAsk ask, std::string_view prompt) const {
  net::HttpRequest request;
  request.url = below(target_.base, "/models");
  request.tls = target_.tls;
  if (ask == LlmAsk::edge) return request;
  request.headers = target_.headers;
  if (!target_.api_key.empty())
    request.headers.emplace_back("Authorization", "Bearer " + target_.api_key.reveal());
  if (ask == LlmAsk::model) {
    // A name may hold a slash: meta-llama/Llama-3.
    request.url =
        below(target_.base, "/models/" + boost::urls::encode(target_.model, boost::urls::unreserved_chars));
  } else if (ask == LlmAsk::completion) {
    request.url = below(target_.base, "/chat/completions");
    request.method = "POST";
    request.headers.emplace_back("Content-Type", "application/json");
    request.headers.emplace_back("Accept", target_.stream ? "text/event-stream" : "application/json");
    request.body = completion(prompt);
  }
  return request;
}

std::string OpenAi::completion(std::string_view prompt) const {
  json::object body{{"model", target_.model},
                    {"messages", json::array{json::object{{"role", "user"}, {"content", prompt}}}},
                    {cap_field_, target_.max_tokens}};
  if (target_.stream) {
    body["stream"] = true;
    body["stream_options"] = {{"include_usage", true}};
  }
  return json::serialize(body);
}

LlmPiece OpenAi::read_event(const net::SseEvent& event) const {
  LlmPiece piece;
  if (event.data == "[DONE]") {
    piece.end = true;
  } else if (const auto document = parse(event.data)) {
    piece = piece_of(*document, "delta");
  } else if (!event.data.empty()) {
    piece.error = not_json("an event of the stream", event.data);
  }
  return piece;
}

LlmPiece OpenAi::read_whole(std::string_view body) const {
  LlmPiece piece;
  const auto document = parse(body);
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

Failure OpenAi::read_error(const net::HttpResponse& response) const {
  const auto document = parse(response.body);
  const auto refusal = document ? refusal_in(*document) : std::nullopt;
  Failure failure = failure_of(response.status, refusal.value_or(Refusal{}));
  std::string words = refusal ? failure.detail : describe_body(response.body);
  failure.detail = "status " + std::to_string(response.status) + ": " + words;
  if (response.status == 404 && !response.url.host.empty() && unknown_call(response))
    failure.detail += " (is base_url right? asked for " + one_line(response.url.text(), words_shown) + ")";
  if (const std::string* id = net::find_header(response.headers, "x-request-id"))
    failure.detail += ", request " + one_line(*id, 80);
  return failure;
}

std::optional<Failure> OpenAi::model_missing(LlmAsk ask, std::string_view body) const {
  const auto document = parse(body);
  if (!document || !document->is_object()) return not_json("the list of models", body);
  if (const auto refusal = refusal_in(*document)) return failure_of(200, *refusal);
  if (ask == LlmAsk::model) return std::nullopt;
  const json::value* data = member(&*document, "data");
  if (!data || !data->is_array())
    return Failure{Reason::protocol, "no list of models: " + describe_body(body)};
  std::string others;
  std::size_t shown = 0;
  for (const json::value& model : data->get_array()) {
    const std::string id = text(member(&model, "id"));
    if (id == target_.model) return std::nullopt;
    if (shown++ < models_shown) others += (others.empty() ? "" : ", ") + one_line(id, 60);
  }
  return Failure{Reason::model_not_found,
                 "the server has " + std::to_string(data->get_array().size()) +
                     " models and this one is not among them" +
                     (others.empty() ? "" : ": " + others + (shown > models_shown ? ", …" : ""))};
}

// A server that knows the call says in the error that it is the model it does not know.
bool OpenAi::unknown_call(const net::HttpResponse& response) const {
  if (response.status == 405) return true;
  if (response.status != 404) return false;
  const auto document = parse(response.body);
  const auto refusal = document ? refusal_in(*document) : std::nullopt;
  return !refusal || (refusal->code != "model_not_found" && refusal->param != "model" &&
                      !refusal->message.contains("model"));
}

}  // namespace

std::unique_ptr<LlmProvider> make_llm_openai(config::Fields& fields, LlmTarget target) {
  for (const auto& [key, header] :
       {std::pair{"organization", "OpenAI-Organization"}, {"project", "OpenAI-Project"}}) {
    const std::string value = fields.text(key, "", "sent as " + std::string(header));
    if (!value.empty()) target.headers.emplace_back(header, value);
  }
  std::string cap_field =
      fields.one_of("max_tokens_field", "max_completion_tokens", {"max_completion_tokens", "max_tokens"},
                    "name of the cap in the request; older servers know max_tokens only");
  return std::make_unique<OpenAi>(std::move(target), std::move(cap_field));
}

}  // namespace answerback::probes
