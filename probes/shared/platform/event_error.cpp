#include "probes/shared/platform/event_error.h"

#include <algorithm>
#include <boost/json.hpp>

#include "model/text.h"

namespace answerback::probes {
namespace json = boost::json;
namespace {

const json::object* error_object(const EventFields& fields) {
  const json::value* error = fields.find({"error"});
  return error ? error->if_object() : nullptr;
}

std::string in_capitals(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return text;
}

// An error of the model behind the platform: its key, its limits and its tokens are not ours.
bool is_of_the_model(std::string_view code, std::string_view said) {
  return contains_any(code, {"LLM", "MODEL", "PROVIDER", "UPSTREAM", "TOKENS", "TOKEN_LIMIT", "TOKEN_BUDGET",
                             "TOKEN_QUOTA", "TOKEN_COUNT", "TOKEN_USAGE"}) ||
         contains_any(said, {"LLM", "OPENAI", "ANTHROPIC", "GEMINI", "MISTRAL", "BEDROCK", "LITELLM",
                             "INCORRECT API KEY PROVIDED", "X-API-KEY"});
}

}  // namespace

std::string words_of(const EventFields& fields) {
  std::string code = fields.word({"error_code", "code", "death_cause", "error_type"});
  std::string message = fields.text({"message", "error", "error_message", "detail", "reason", "death_cause"});
  if (const json::object* inside = error_object(fields)) {
    const EventFields details(*inside);
    const std::string said = details.word({"message", "detail"});
    if (!said.empty() && message.starts_with('{')) message = said;
    if (code.empty()) code = details.word({"code", "type"});
  }
  if (message.empty() || message == code) return one_line(code, 200);
  return one_line(code.empty() ? message : code + ": " + message, 200);
}

bool went_wrong(const EventFields& fields) {
  std::string status = fields.word({"status", "state", "outcome"});
  std::ranges::transform(status, status.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const json::value* error = fields.find({"error"});
  const bool reported = error && ((error->is_string() && !error->get_string().empty()) ||
                                  (error->is_object() && !error->get_object().empty()));
  return reported || fields.is("success", false) || status == "failed" || status == "failure" ||
         status == "error";
}

EventKind kind_of_error(const EventFields& fields) {
  std::string code = fields.word({"error_code", "code"});
  if (const json::object* inside = error_object(fields); inside && code.empty())
    code = EventFields(*inside).word({"code"});
  const bool coded = !code.empty();
  const std::string said = in_capitals(words_of(fields));
  code = coded ? in_capitals(std::move(code)) : said;
  if (is_of_the_model(coded ? code : std::string_view(), said)) return EventKind::error;
  if (contains_any(code,
                   {"CONNECTION_LIMIT", "TOO_MANY_CONNECTIONS", "TOO MANY CONNECTIONS", "CONNECTION LIMIT"}))
    return EventKind::limit;
  if (coded && contains_any(code, {"RATE_LIMIT", "RATE-LIMIT", "RATELIMIT", "TOO_MANY_REQUESTS"}))
    return EventKind::limit;
  std::string spaced = code;
  std::ranges::replace(spaced, '_', ' ');
  if (contains_any(spaced, {"UNKNOWN MESSAGE", "UNKNOWN TYPE", "UNKNOWN EVENT", "UNKNOWN ACTION",
                            "UNKNOWN COMMAND", "UNSUPPORTED MESSAGE", "UNRECOGNIZED MESSAGE",
                            "UNRECOGNISED MESSAGE", "INVALID MESSAGE TYPE"}))
    return EventKind::unrecognised;
  const bool sign_in = coded ? contains_any(code, {"TOKEN", "AUTH", "JWT", "VALIDATION_FAILED",
                                                   "INVALID_FORMAT", "CREDENTIAL", "FORBIDDEN"})
                             : contains_any(code, {"UNAUTHORIZED", "UNAUTHORISED", "AUTHENTICAT", "JWT",
                                                   "INVALID TOKEN", "TOKEN EXPIRED"});
  return sign_in ? EventKind::sign_in_error : EventKind::error;
}

}  // namespace answerback::probes
