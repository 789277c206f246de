#include "probes/agent_http_request.h"

#include <algorithm>

#include "credentials/credentials.h"
#include "model/text.h"
#include "probe/random.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;

std::string uuid(Random& random) {  // version 4
  constexpr std::string_view hex = "0123456789abcdef";
  std::string text;
  std::uint64_t bits = 0;
  for (int digit = 0; digit < 32; ++digit, bits >>= 4U) {
    if (digit % 16 == 0) bits = random.bits();
    if (digit == 8 || digit == 12 || digit == 16 || digit == 20) text += '-';
    text += digit == 12 ? '4' : hex[digit == 16 ? 8U | (bits & 3U) : bits & 15U];
  }
  return text;
}

}  // namespace

AgentIds draw_ids(Random& random) {
  return {.thread = uuid(random), .run = uuid(random), .message = uuid(random)};
}

net::HttpRequest request_of(const AgentHttpSettings& settings, const AgentCall& call, const Secret& token) {
  net::HttpRequest request{.method = call.method,
                           .url = settings.url,
                           .headers = settings.headers,
                           .body = call.body,
                           .tls = settings.tls,
                           .limits = {}};
  if (!call.path.empty()) {
    std::string& target = request.url.target;
    const std::size_t query = std::min(target.find('?'), target.size());
    std::string path = call.at_root ? "" : target.substr(0, query);
    while (path.ends_with('/')) path.pop_back();
    target = path + call.path + (call.at_root ? "" : target.substr(query));
  }
  for (const auto& header : call.headers)
    if (!net::find_header(settings.headers, header.first)) request.headers.push_back(header);
  if (!token.empty()) request.headers.emplace_back("Authorization", "Bearer " + token.reveal());
  return request;
}

asio::awaitable<std::expected<Secret, Failure>> token_for(Run& run, Services& services,
                                                          const AgentHttpSettings& settings) {
  run.enter(Phase::prepare);
  if (settings.credentials.empty()) co_return Secret();
  co_return co_await services.credentials.token(run, settings.credentials);
}

Steady last_call_of(const Run& run) {
  const Duration left = run.deadline - run.clock.now();
  return run.deadline - std::clamp<Duration>(left / 10, 20ms, 500ms);
}

std::string without_query(const net::Url& url) {
  const std::string text = url.text();
  return text.substr(0, text.find('?'));
}

std::string request_evidence(const net::HttpRequest& request, const AgentCall& call) {
  const std::string& body = call.shown ? *call.shown : call.body;
  return request.method + " " + without_query(request.url) + (body.empty() ? "" : "\n\n" + body);
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
