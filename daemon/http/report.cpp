#include "http/report.h"

#include <algorithm>

#include "http/report_json.h"
#include "http/report_markdown.h"
#include "model/duration.h"
#include "model/text.h"

namespace answerback::http {
namespace {

constexpr Duration looked_back = std::chrono::hours(24);
constexpr std::size_t echo_cap = 100;  // bytes of a client's own words in our answer

enum class Format : std::uint8_t { markdown, json };

// Of several with this key, the last.
std::string_view asked(const Request& request, std::string_view key) {
  std::string_view found;
  for (const auto& [name, value] : request.query) {
    if (name == key) found = value;
  }
  return found;
}

std::expected<Wall, std::string> since_of(std::string_view text, Wall now) {
  if (text.empty()) return now - looked_back;
  if (const auto moment = read_iso_time(text)) {
    if (*moment <= now) return *moment;
    return std::unexpected("since=" + one_line(text, echo_cap) + " is in the future: it is " + iso_time(now) +
                           " here");
  }
  if (const auto back = parse_duration(text)) return now - *back;
  return std::unexpected("since: neither a duration nor a time: \"" + one_line(text, echo_cap) +
                         "\" (write it like 24h, 90m or 2026-11-22T03:12:09Z)");
}

std::expected<Format, std::string> format_of(const Request& request) {
  const std::string_view text = asked(request, "format");
  if (text == "markdown") return Format::markdown;
  if (text == "json") return Format::json;
  if (!text.empty()) {
    return std::unexpected("format: \"" + one_line(text, echo_cap) +
                           "\" is not known (there are markdown and json)");
  }
  const std::string_view accept = request.header("Accept");
  const std::size_t json = accept.find("application/json"), prose = accept.find("text/markdown");
  return json < prose ? Format::json : Format::markdown;
}

Response refusal(const std::string& why) {
  return {.status = 400, .body = why + "\n", .headers = {{"Cache-Control", "no-store"}}};
}

}  // namespace

Response report(const Request& request, const Context& context) {
  const auto since = since_of(asked(request, "since"), context.now);
  if (!since) return refusal(since.error());
  const auto format = format_of(request);
  if (!format) return refusal(format.error());

  const std::string distrust = not_trusted(context);
  const Report made = compose({.snapshot = *context.snapshot,
                               .chronicle = context.chronicle.get(),
                               .since = *since,
                               .now = context.now,
                               .not_trusted = distrust});
  const bool json = *format == Format::json;
  return {.content_type = json ? "application/json" : "text/markdown; charset=utf-8",
          .body = json ? report_json(made, context.version) : markdown(made, context.version),
          .headers = {{"Cache-Control", "no-store"}, {"Vary", "Accept"}}};
}

}  // namespace answerback::http
