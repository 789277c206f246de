#include "probes/llm/refusal.h"

#include <charconv>

#include "model/text.h"
#include "probes/llm/json.h"
#include "probes/llm/reasons.h"

namespace answerback::probes {
namespace {

namespace json = boost::json;

// "34s", "1.5s": a duration as Google writes it in JSON.
std::optional<Duration> google_duration(const std::string& words) {
  constexpr double a_week = 7.0 * 24 * 3600;
  double value = 0;
  const auto [end, error] =
      std::from_chars(words.data(), words.data() + words.size(), value, std::chars_format::fixed);
  if (error != std::errc() || std::string_view(end) != "s" || !(value > 0 && value < a_week))
    return std::nullopt;
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(value));
}

// What `details` adds: an object of Anthropic's, a list of Google's.
void read_details(const json::value* details, LlmRefusal& refusal) {
  if (const std::string code = text(member(details, "error_code")); !code.empty()) refusal.code = code;
  const json::array* list = details ? details->if_array() : nullptr;
  if (!list) return;
  for (const json::value& detail : *list) {
    if (const std::string reason = text(member(&detail, "reason")); !reason.empty()) refusal.code = reason;
    if (const auto wait = google_duration(text(member(&detail, "retryDelay")))) refusal.wait = wait;
  }
}

// What Anthropic says in words alone, as an invalid_request_error with 400.
Reason by_words(Reason reason, std::string_view message) {
  if (reason != Reason::bad_request) return reason;
  if (message.contains("credit balance")) return Reason::quota;
  return message.contains("organization has been disabled") ? Reason::auth : reason;
}

}  // namespace

std::optional<LlmRefusal> refusal_in(const json::value& whole) {
  const json::value* only = first_of(&whole);  // Google wraps an error of a stream into a list
  const json::value& document = only ? *only : whole;
  const json::value* error = member(&document, "error");
  if (error && error->is_null()) error = nullptr;
  if (!error && text(member(&document, "object")) == "error") error = &document;
  LlmRefusal refusal;
  if (!error) {
    refusal.message = text(member(&document, "detail"));
    return refusal.message.empty() ? std::nullopt : std::optional(std::move(refusal));
  }
  refusal = {.code = text_or_number(member(error, "code")),
             .type = text(member(error, "type")),
             .param = text(member(error, "param")),
             .message = error->is_string() ? text(error) : text(member(error, "message"))};
  if (refusal.type.empty()) refusal.type = text(member(error, "status"));
  read_details(member(error, "details"), refusal);
  return refusal;
}

Failure failure_of(unsigned status, const LlmRefusal& refusal) {
  constexpr std::size_t words_shown = 200;
  Reason reason = reason_of_error(status, refusal.code, refusal.type);
  if (reason == Reason::bad_request && refusal.param == "model") reason = Reason::model_not_found;
  reason = by_words(reason, refusal.message);
  std::string detail = refusal.code.empty() ? refusal.type : refusal.code;
  if (!refusal.message.empty()) detail += (detail.empty() ? "" : ": ") + refusal.message;
  return {reason, one_line(detail.empty() ? "an error without words" : detail, words_shown)};
}

}  // namespace answerback::probes
