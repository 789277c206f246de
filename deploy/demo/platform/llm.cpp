#include "platform/llm.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <ctime>
#include <optional>
#include <sstream>

#include "platform/arithmetic.h"
#include "platform/riddles.h"
#include "platform/sign_in.h"

namespace demo {
namespace {

namespace json = boost::json;

json::object error_object(std::string_view message, std::string_view type, json::value code,
                          json::value param = nullptr) {
  return {{"error",
           {{"message", message}, {"type", type}, {"param", std::move(param)}, {"code", std::move(code)}}}};
}

Reply error_reply(unsigned status, std::string_view message, std::string_view type, json::value code,
                  json::value param = nullptr) {
  return {.status = status,
          .body = json::serialize(error_object(message, type, std::move(code), std::move(param)))};
}

// The switches that answer instead of the model.
std::optional<Reply> refusal(const Request& request, const Options& options, const Faults& faults) {
  if (faults.on(Fault::llm_key) || bearer(request.authorization) != options.llm_key)
    return error_reply(401, "Incorrect API key provided", "invalid_request_error", "invalid_api_key");
  if (request.method != "POST") return std::nullopt;
  if (faults.on(Fault::llm_429_billing))
    return error_reply(429, "You have used all your credits", "insufficient_quota",
                       "credit_balance_exhausted");
  if (faults.on(Fault::llm_429)) {
    Reply reply = error_reply(429, "Rate limit reached for requests", "requests", "rate_limit_exceeded");
    reply.headers = {{"retry-after", "20"},
                     {"x-ratelimit-limit-requests", "60"},
                     {"x-ratelimit-remaining-requests", "0"},
                     {"x-ratelimit-reset-requests", "20s"}};
    return reply;
  }
  if (faults.on(Fault::llm_529)) return error_reply(529, "Overloaded", "overloaded_error", nullptr);
  if (faults.on(Fault::llm_503))
    return error_reply(503, "The server is overloaded", "server_error", "server_is_overloaded");
  return std::nullopt;
}

json::object model_object(const Options& options) {
  return {{"id", options.llm_model}, {"object", "model"}, {"created", 1'760'000'000}, {"owned_by", "demo"}};
}

Reply no_such_model(std::string_view model) {
  return error_reply(404,
                     "The model `" + std::string(model) + "` does not exist or you do not have access to it",
                     "invalid_request_error", "model_not_found");
}

Reply models(std::string_view path, const Options& options) {
  if (path == "/v1/models")
    return {.body = json::serialize(
                json::object{{"object", "list"}, {"data", json::array{model_object(options)}}})};
  const std::string_view id = path.substr(std::string_view("/v1/models/").size());
  if (id != options.llm_model) return no_such_model(id);
  return {.body = json::serialize(model_object(options))};
}

// The text of the last message of the user; nullopt when there is none.
std::optional<std::string> question_of(const json::object& body) {
  const json::value* messages = body.if_contains("messages");
  if (!messages || !messages->is_array()) return std::nullopt;
  std::optional<std::string> text;
  for (const json::value& message : messages->get_array()) {
    const json::object* fields = message.if_object();
    const json::value* role = fields ? fields->if_contains("role") : nullptr;
    const json::value* content = fields ? fields->if_contains("content") : nullptr;
    if (role && *role == json::value("user") && content && content->is_string())
      text = std::string(content->get_string());
  }
  return text;
}

bool flag(const json::object& body, std::string_view name, bool absent = false) {
  const json::value* value = body.if_contains(name);
  return value && value->is_bool() ? value->get_bool() : absent;
}

json::object options_of_stream(const json::object& body) {
  const json::value* options = body.if_contains("stream_options");
  return options && options->is_object() ? options->get_object() : json::object();
}

std::size_t most_tokens(const json::object& body) {
  for (const char* name : {"max_completion_tokens", "max_tokens"})
    if (const json::value* most = body.if_contains(name); most && most->is_int64() && most->get_int64() > 0)
      return static_cast<std::size_t>(most->get_int64());
  return 4096;
}

// Words, each with the space before it: our tokens.
std::vector<std::string> tokens_of(const std::string& text) {
  std::vector<std::string> tokens;
  std::istringstream words(text);
  for (std::string word; words >> word;) tokens.push_back(tokens.empty() ? word : " " + word);
  return tokens;
}

std::string think(const std::string& question) {
  if (const auto ordered = put_in_order(question)) return "Here they are: " + *ordered + ".";
  if (const auto found = find_multiplication(question)) return product_sentence(*found, found->product());
  return "Hello! I am the demo model; give me two numbers and I will multiply them.";
}

struct Completion {
  std::string id = "chatcmpl-" + random_id();
  std::int64_t created = std::time(nullptr);
  std::string model;
  std::vector<std::string> tokens;
  std::string finish_reason = "stop";
  std::size_t tokens_in = 0;

  json::object usage() const {
    return {{"prompt_tokens", tokens_in},
            {"completion_tokens", tokens.size()},
            {"total_tokens", tokens_in + tokens.size()}};
  }
  json::object head(std::string_view object) const {
    return {{"id", id},
            {"object", object},
            {"created", created},
            {"model", model},
            {"system_fingerprint", "fp_demo"}};
  }
};

Reply whole(const Completion& c) {
  std::string text;
  for (const std::string& token : c.tokens) text += token;
  json::object body = c.head("chat.completion");
  body["choices"] =
      json::array{{{"index", 0},
                   {"message", {{"role", "assistant"}, {"content", text}, {"refusal", nullptr}}},
                   {"logprobs", nullptr},
                   {"finish_reason", c.finish_reason}}};
  body["usage"] = c.usage();
  return {.body = json::serialize(body)};
}

Reply streamed(const Completion& c, const json::object& stream_options) {
  const bool with_usage = flag(stream_options, "include_usage");
  const bool padded = flag(stream_options, "include_obfuscation", true);
  Reply reply;
  reply.type = "text/event-stream; charset=utf-8";
  const auto chunk = [&](json::object delta, json::value finish) {
    json::object body = c.head("chat.completion.chunk");
    body["choices"] = json::array{{{"index", 0},
                                   {"delta", std::move(delta)},
                                   {"logprobs", nullptr},
                                   {"finish_reason", std::move(finish)}}};
    if (with_usage) body["usage"] = nullptr;
    if (padded) body["obfuscation"] = random_id().substr(0, 8);
    reply.events.push_back(json::serialize(body));
  };
  chunk({{"role", "assistant"}, {"content", ""}, {"refusal", nullptr}}, nullptr);
  for (const std::string& token : c.tokens) chunk({{"content", token}}, nullptr);
  chunk({}, json::value(c.finish_reason));
  if (with_usage) {
    json::object last = c.head("chat.completion.chunk");
    last["choices"] = json::array();
    last["usage"] = c.usage();
    reply.events.push_back(json::serialize(last));
  }
  reply.events.emplace_back("[DONE]");
  return reply;
}

// What breaks an answer that has begun well.
void spoil(Reply& reply, const Faults& faults) {
  if (!faults.on(Fault::llm_truncated) && !faults.on(Fault::llm_error_midstream)) return;
  if (reply.events.empty()) {
    reply.cut = true;
    return;
  }
  reply.events.resize(std::max<std::size_t>(2, reply.events.size() / 2));
  if (faults.on(Fault::llm_error_midstream))
    reply.events.push_back(json::serialize(
        error_object("The server had an error while processing your request", "server_error", nullptr)));
}

Reply complete(const Request& request, const Options& options, const Faults& faults, Counters& counters) {
  boost::system::error_code error;
  const json::value parsed = json::parse(request.body, error);
  if (error || !parsed.is_object())
    return error_reply(400, "We could not parse the JSON body of your request", "invalid_request_error",
                       nullptr);
  const json::object& body = parsed.get_object();
  const json::value* model = body.if_contains("model");
  if (!model || !model->is_string())
    return error_reply(400, "you must provide a model parameter", "invalid_request_error", nullptr);
  if (model->get_string() != options.llm_model) return no_such_model(model->get_string());
  const auto question = question_of(body);
  if (!question)
    return error_reply(400, "Missing required parameter: 'messages'", "invalid_request_error",
                       "missing_required_parameter", "messages");

  Completion completion;
  completion.model = options.llm_model;
  completion.tokens_in = tokens_of(*question).size() + 3;
  if (!faults.on(Fault::llm_empty)) completion.tokens = tokens_of(think(*question));
  if (const std::size_t most = most_tokens(body); completion.tokens.size() > most) {
    completion.tokens.resize(most);
    completion.finish_reason = "length";
  }
  counters.tokens_in += completion.tokens_in;
  counters.tokens_out += completion.tokens.size();

  Reply reply = flag(body, "stream") ? streamed(completion, options_of_stream(body)) : whole(completion);
  reply.gap = options.llm_gap;
  spoil(reply, faults);
  if (faults.on(Fault::llm_slow)) reply.delay = std::chrono::milliseconds(faults.value(Fault::llm_slow));
  return reply;
}

Reply route(const Request& request, const Options& options, const Faults& faults, Counters& counters) {
  if (auto refused = refusal(request, options, faults)) return *std::move(refused);
  if (request.method == "GET" && (request.path == "/v1/models" || request.path.starts_with("/v1/models/")))
    return models(request.path, options);
  if (request.method == "POST" && request.path == "/v1/chat/completions")
    return complete(request, options, faults, counters);
  return error_reply(404, "Invalid URL (" + request.method + " " + request.path + ")",
                     "invalid_request_error", nullptr);
}

}  // namespace

Reply answer_llm(const Request& request, const Options& options, const Faults& faults, Counters& counters) {
  Reply reply = route(request, options, faults, counters);
  reply.headers.emplace_back("x-request-id", "req_" + random_id());
  return reply;
}

}  // namespace demo
