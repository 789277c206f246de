#include "probes/agent/http_request.h"

#include <algorithm>

#include "probe/random.h"

namespace answerback::probes {
namespace {

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
  net::HttpRequest request = request_to(settings, call.method, call.headers, token);
  request.body = call.body;
  if (!call.path.empty()) {
    std::string& target = request.url.target;
    const std::size_t query = std::min(target.find('?'), target.size());
    std::string path = call.at_root ? "" : target.substr(0, query);
    while (path.ends_with('/')) path.pop_back();
    target = path + call.path + (call.at_root ? "" : target.substr(query));
  }
  return request;
}

std::string request_evidence(const net::HttpRequest& request, const AgentCall& call) {
  const std::string& body = call.shown ? *call.shown : call.body;
  return request.method + " " + without_query(request.url) + (body.empty() ? "" : "\n\n" + body);
}

}  // namespace answerback::probes
