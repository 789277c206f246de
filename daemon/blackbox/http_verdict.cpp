#include "blackbox/http_verdict.h"

#include <algorithm>
#include <charconv>
#include <ctime>

namespace answerback::blackbox {
namespace {

std::vector<std::string_view> values_of(const net::HttpResponse& response, const std::string& name) {
  std::vector<std::string_view> values;
  for (const auto& [each, value] : response.headers)
    if (net::find_header({{each, ""}}, name)) values.push_back(value);
  return values;
}

bool is_valid(const HttpModule& module, unsigned status) {
  const auto& codes = module.valid_status_codes;
  return codes.empty() ? status / 100 == 2 : std::ranges::find(codes, status) != codes.end();
}

// `wanted`: the header has to match, else it must not.
std::optional<Failure> judge(const HeaderRule& rule, const net::HttpResponse& response, bool wanted) {
  const auto values = values_of(response, rule.header);
  if (values.empty()) {
    if (rule.allow_missing) return std::nullopt;
    return Failure{Reason::assertion, "header " + rule.header + " is missing"};
  }
  const bool found =
      std::ranges::any_of(values, [&](std::string_view value) { return rule.pattern.found_in(value); });
  if (found == wanted) return std::nullopt;
  return Failure{Reason::assertion,
                 "header " + rule.header + (wanted ? " does not match " : " matches ") + rule.pattern.text()};
}

std::optional<Failure> judge_headers(const HttpModule& module, const net::HttpResponse& response) {
  for (const HeaderRule& rule : module.header_matches)
    if (auto failure = judge(rule, response, false)) return failure;
  for (const HeaderRule& rule : module.header_not_matches)
    if (auto failure = judge(rule, response, true)) return failure;
  return std::nullopt;
}

std::optional<Failure> judge_body(const HttpModule& module, const std::string& body) {
  for (const auto& pattern : module.body_matches)
    if (pattern.found_in(body)) return Failure{Reason::assertion, "the body matches " + pattern.text()};
  for (const auto& pattern : module.body_not_matches)
    if (!pattern.found_in(body))
      return Failure{Reason::assertion, "the body does not match " + pattern.text()};
  return std::nullopt;
}

std::string version_text(const net::HttpResponse& response) {
  return response.version == 10 ? "HTTP/1.0" : "HTTP/1.1";
}

std::optional<Failure> judge_connection(const HttpModule& module, const HttpSeen& seen) {
  const std::string version = version_text(seen.response);
  const auto& versions = module.valid_http_versions;
  if (!versions.empty() && std::ranges::find(versions, version) == versions.end())
    return Failure{Reason::protocol, version + " is not among valid_http_versions"};
  if (seen.tls && module.fail_if_ssl) return Failure{Reason::assertion, "answered over TLS"};
  if (!seen.tls && module.fail_if_not_ssl) return Failure{Reason::assertion, "answered without TLS"};
  return std::nullopt;
}

}  // namespace

HttpVerdict judge(const HttpModule& module, const HttpSeen& seen) {
  if (!is_valid(module, seen.response.status))
    return {Failure{Reason::status, "status " + std::to_string(seen.response.status)}};
  if (auto failure = judge_headers(module, seen.response)) return {std::move(failure), true};
  if (!seen.body.failure().empty())
    return {Failure{seen.body.too_large() ? Reason::too_large : Reason::protocol, seen.body.failure()}};
  if (auto failure = judge_body(module, seen.body.kept())) return {std::move(failure), true};
  return {judge_connection(module, seen)};
}

double content_length(const net::HttpResponse& response) {
  const std::string* length = net::find_header(response.headers, "Content-Length");
  if (!length) return response.status == 204 || response.status == 304 ? 0 : -1;
  std::uint64_t bytes = 0;
  const auto [end, error] = std::from_chars(length->data(), length->data() + length->size(), bytes);
  return error == std::errc() ? static_cast<double>(bytes) : -1;
}

std::optional<double> last_modified(const net::HttpResponse& response) {
  const std::string* text = net::find_header(response.headers, "Last-Modified");
  std::tm parts{};
  if (!text) return std::nullopt;
  const char* end = ::strptime(text->c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (!end || *end) return std::nullopt;
  return static_cast<double>(::timegm(&parts));
}

}  // namespace answerback::blackbox
