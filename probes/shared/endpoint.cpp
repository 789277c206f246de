#include "probes/shared/endpoint.h"

#include <algorithm>

#include "credentials/credentials.h"
#include "model/text.h"
#include "probes/shared/expect/bounds.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t shortest_secret = 6;  // a shorter one would make holes everywhere

bool is_header_name(std::string_view text) {  // RFC 9110
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").contains(c);
  });
}

void read_endpoint_headers(config::Fields& fields, Endpoint& settings) {
  for (auto& [name, value] : fields.secret_map("headers", "sent with each request; values are secret")) {
    if (!is_header_name(name)) fields.error("headers", "no header name: " + one_line(name, 40));
    if (value.reveal().find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
      fields.error("headers", "the value of " + one_line(name, 40) + " holds a line break");
    settings.headers.emplace_back(name, value.reveal());
    if (value.reveal().size() >= shortest_secret) settings.secrets.push_back(std::move(value));
  }
}

}  // namespace

Endpoint read_endpoint(config::Fields& fields, std::string_view url_doc,
                       std::initializer_list<std::string_view> schemes, bool required) {
  const auto parse = [&](std::string_view text) { return net::parse_url(text, schemes); };
  Endpoint settings;
  settings.url = required ? fields.required_parsed<net::Url>("url", url_doc, parse)
                          : fields.parsed<net::Url>("url", "", url_doc, parse);
  read_endpoint_headers(fields, settings);
  settings.credentials =
      fields.text("credentials", "", "who we are: one of `credentials`, sent as Authorization: Bearer");
  if (!settings.url.userinfo.empty())
    fields.error("url", "user:password@ has no meaning here; use credentials or headers");
  if (!settings.credentials.empty() && net::find_header(settings.headers, "authorization"))
    fields.error("credentials", "the headers hold an Authorization already");
  config::Fields tls = fields.child("tls_config", "TLS, as in blackbox_exporter");
  settings.tls = read_tls(tls);
  return settings;
}

net::HttpRequest request_to(const Endpoint& endpoint, std::string method, const net::Headers& protocol,
                            const Secret& token) {
  net::HttpRequest request{.method = std::move(method),
                           .url = endpoint.url,
                           .headers = endpoint.headers,
                           .body = {},
                           .tls = endpoint.tls,
                           .limits = {}};
  for (const auto& header : protocol)
    if (!net::find_header(endpoint.headers, header.first)) request.headers.push_back(header);
  if (!token.empty()) request.headers.emplace_back("Authorization", "Bearer " + token.reveal());
  return request;
}

asio::awaitable<std::expected<Secret, Failure>> token_for(Run& run, Services& services,
                                                          const Endpoint& settings) {
  run.enter(Phase::prepare);
  if (settings.credentials.empty()) co_return Secret();
  co_return co_await services.credentials.token(run, settings.credentials);
}

Steady last_call_of(const Run& run) {
  const Duration left = run.deadline - run.clock.now();
  return run.deadline - std::clamp<Duration>(left / 10, 20ms, 500ms);
}

Steady goodbye_of(const Run& run) {
  const Steady now = run.clock.now();
  return now + std::clamp<Duration>((run.deadline - now) / 2, Duration{}, 1s);
}

std::optional<Failure> encoded(const net::HttpResponse& response) {
  const std::string* coding = net::find_header(response.headers, "content-encoding");
  if (!coding || *coding == "identity") return std::nullopt;
  return Failure{Reason::protocol,
                 "the answer is encoded as " + one_line(*coding, 40) + ", though it was asked for as it is"};
}

std::string without_query(const net::Url& url) {
  const std::string text = url.text();
  return text.substr(0, text.find('?'));
}

std::string head_evidence(const net::HttpResponse& head) {
  std::string text = "HTTP " + std::to_string(head.status);
  for (const std::string_view name : {"content-type", "retry-after", "www-authenticate", "server",
                                      "x-request-id", "content-location", "location"}) {
    const std::string* value = net::find_header(head.headers, name);
    if (!value) continue;
    std::string shown = one_line(*value, 200);
    if (name == "location") shown.erase(std::min(shown.size(), shown.find_first_of("?#")));
    text.append("\n").append(name).append(": ").append(shown);
  }
  return text;
}

}  // namespace answerback::probes
