#include "probes/shared/expect/expect.h"

#include <algorithm>

#include "model/text.h"
#include "probes/shared/expect/body.h"

namespace answerback::probes {
namespace {

std::vector<Pattern> read_patterns(config::Fields& fields, std::string_view key, std::string_view doc) {
  std::vector<Pattern> patterns;
  for (const std::string& text : fields.texts(key, doc)) {
    if (auto pattern = Pattern::parse(text)) {
      patterns.push_back(*std::move(pattern));
    } else {
      fields.error(key, pattern.error());
    }
  }
  return patterns;
}

void read_status(config::Fields& fields, Expect& expect) {
  const auto wanted =
      fields.texts("status", "statuses taken for good: 200, [200, 204], 2xx, 200-399 or any; default 2xx");
  if (wanted.empty()) return;
  expect.status.clear();
  expect.status_text.clear();
  for (const std::string& text : wanted) {
    const auto range = parse_status(text);
    if (!range) {
      fields.error("status", range.error());
      continue;
    }
    expect.status.push_back(*range);
    expect.status_text += (expect.status_text.empty() ? "" : " or ") + text;
  }
}

Reason reason_of(unsigned status) {
  switch (status) {
    case 401: return Reason::auth;
    case 403: return Reason::forbidden;
    case 429: return Reason::rate_limited;
    default: return Reason::status;
  }
}

std::string header(const net::HttpResponse& response, std::string_view name) {
  const std::string* value = net::find_header(response.headers, name);
  return value ? *value : std::string();
}

Failure unwanted_status(const Expect& expect, const net::HttpResponse& response) {
  std::string detail = "status " + std::to_string(response.status);
  // A redirect's query often carries a token.
  const std::string location = header(response, "location");
  if (!location.empty()) detail += " to " + one_line(location.substr(0, location.find_first_of("?#")), 200);
  detail += ", wanted " + expect.status_text;
  const std::string retry_after = header(response, "retry-after");
  if (!retry_after.empty()) detail += ", retry after " + one_line(retry_after, 40);
  if (!response.body.empty()) detail += ": " + describe_body(response.body);
  return {reason_of(response.status), std::move(detail)};
}

}  // namespace

std::expected<StatusRange, std::string> parse_status(std::string_view text) {
  if (text == "any") return StatusRange{100, 999};
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  const auto code = [&](std::size_t i) -> unsigned {
    if (!digit(i) || !digit(i + 1) || !digit(i + 2)) return 0;
    return static_cast<unsigned>((text[i] - '0') * 100 + (text[i + 1] - '0') * 10 + (text[i + 2] - '0'));
  };
  StatusRange range{};
  if (text.size() == 3 && digit(0) && text.substr(1) == "xx") {
    range.first = static_cast<unsigned>(text[0] - '0') * 100;
    range.last = range.first + 99;
  } else if (text.size() == 3) {
    range.first = range.last = code(0);
  } else if (text.size() == 7 && text[3] == '-') {
    range = {code(0), code(4)};
  }
  if (range.first >= 100 && range.first <= range.last) return range;
  return std::unexpected("no status: " + one_line(text, 40) + " (as 200, 2xx, 200-399 or any)");
}

Expect read_expect(config::Fields& fields) {
  Expect expect;
  read_status(fields, expect);
  for (const auto& [name, text] :
       fields.text_map("headers", "header name to a regular expression its value must match")) {
    if (auto pattern = Pattern::parse(text)) {
      expect.headers.emplace_back(name, *std::move(pattern));
    } else {
      fields.error("headers", name + ": " + pattern.error());
    }
  }
  expect.body =
      read_patterns(fields, "body", "regular expressions (RE2) that must each be found in the body");
  expect.not_body =
      read_patterns(fields, "not_body", "regular expressions that must not be found in the body");
  if (const auto json =
          fields.json("json",
                      "JSON pointers to values or matchers, as {/status: healthy, /queue: {below: 100}}; "
                      "matchers: equals, not, one_of, matches, above, below, exists")) {
    if (auto rules = JsonExpect::parse(*json)) {
      expect.json = *std::move(rules);
    } else {
      fields.error("json", rules.error());
    }
  }
  expect.max_bytes = static_cast<std::size_t>(fields.integer(
      "max_bytes", 1024 * 1024, 0, 16 * 1024 * 1024, "largest body read; a larger one fails with too_large"));
  return expect;
}

bool takes(const Expect& expect, unsigned status) {
  return std::ranges::any_of(
      expect.status, [&](const StatusRange& range) { return status >= range.first && status <= range.last; });
}

std::optional<Failure> judge(const Expect& expect, const net::HttpResponse& response) {
  if (!takes(expect, response.status)) return unwanted_status(expect, response);
  for (const auto& [name, pattern] : expect.headers) {
    const std::string* value = net::find_header(response.headers, name);
    if (!value)
      return Failure{Reason::assertion,
                     "header " + name + ": wanted a match of " + pattern.text() + ", it is missing"};
    if (!pattern.found_in(*value)) {
      return Failure{Reason::assertion, "header " + name + ": wanted a match of " + pattern.text() +
                                            ", got " + one_line(*value, 120)};
    }
  }
  for (const Pattern& pattern : expect.body) {
    if (pattern.found_in(response.body)) continue;
    return Failure{Reason::assertion,
                   "body: wanted a match of " + pattern.text() + ", got " + describe_body(response.body)};
  }
  for (const Pattern& pattern : expect.not_body) {
    if (!pattern.found_in(response.body)) continue;
    return Failure{Reason::assertion,
                   "body: wanted no match of " + pattern.text() + ", got " + describe_body(response.body)};
  }
  if (expect.json.empty()) return std::nullopt;
  if (auto mismatch = expect.json.mismatch(response.body, header(response, "content-type")))
    return Failure{Reason::assertion, *std::move(mismatch)};
  return std::nullopt;
}

}  // namespace answerback::probes
