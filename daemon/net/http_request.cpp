#include "net/http_request.h"

#include <openssl/evp.h>

#include <array>
#include <string_view>

namespace answerback::net {
namespace {

constexpr std::string_view user_agent = "answerback/" ANSWERBACK_VERSION;

// Sent unless the configuration has a header of that name; whole lines, for every check sends them.
struct Default {
  std::string_view name, line;
};
constexpr std::array defaults{
    Default{"User-Agent", "User-Agent: answerback/" ANSWERBACK_VERSION "\r\n"},
    Default{"Accept", "Accept: */*\r\n"},
    Default{"Accept-Encoding", "Accept-Encoding: identity\r\n"},
    Default{"Connection", "Connection: close\r\n"},
};

std::string basic(std::string_view userinfo) {
  std::string text((userinfo.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock ends it with a NUL
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(userinfo.data()),
                                   static_cast<int>(userinfo.size()));
  text.resize(static_cast<std::size_t>(size));
  return "Basic " + text;
}

void add(std::string& text, std::string_view name, std::string_view value) {
  text.append(name).append(": ").append(value).append("\r\n");
}

bool carries_body(const HttpRequest& request) {
  return !request.body.empty() || request.method == "POST" || request.method == "PUT" ||
         request.method == "PATCH";
}

// How the message is framed is ours to say: whoever could change it could hide one request in another.
bool frames_message(std::string_view name) {
  const Headers framing{{"Content-Length", ""}, {"Transfer-Encoding", ""}};
  return find_header(framing, name) != nullptr;
}

std::string bracketed(const Url& url) {
  const std::string host = url.host.contains(':') ? "[" + url.host + "]" : url.host;
  return host + ":" + std::to_string(url.port);
}

}  // namespace

std::optional<Failure> unsendable(const HttpRequest& request) {
  constexpr std::string_view line_ends("\r\n\0", 3);
  for (const auto& [name, value] : request.headers) {
    if (name.empty() || name.find_first_of(line_ends) != std::string::npos ||
        name.find_first_of(" :") != std::string::npos)
      return Failure{Reason::protocol, "a configured header has no usable name; nothing was sent"};
    if (value.find_first_of(line_ends) != std::string::npos)
      return Failure{Reason::protocol,
                     "the value of header " + name + " holds a line break; nothing was sent"};
  }
  constexpr std::string_view breaks(" \r\n\t\0", 5);
  if (request.method.empty() || request.method.find_first_of(breaks) != std::string::npos ||
      request.url.target.find_first_of(breaks) != std::string::npos)
    return Failure{Reason::protocol, "the method or the URL holds a space or a line break; nothing was sent"};
  return std::nullopt;
}

std::string request_text(const HttpRequest& request, const RunId& id, const Url* proxy) {
  const Headers& own = request.headers;
  std::string text;
  text.reserve(512 + request.body.size());
  text.append(request.method).append(" ");
  if (proxy) text.append(request.url.scheme).append("://").append(request.url.authority());
  text.append(request.url.target).append(" HTTP/1.1\r\n");
  if (!find_header(own, "Host")) add(text, "Host", request.url.authority());
  for (const auto& [name, line] : defaults)
    if (!find_header(own, name)) text.append(line);
  if (!find_header(own, "traceparent")) add(text, "traceparent", traceparent(id));
  if (!request.url.userinfo.empty() && !find_header(own, "Authorization"))
    add(text, "Authorization", basic(request.url.userinfo));
  if (proxy && !proxy->userinfo.empty()) add(text, "Proxy-Authorization", basic(proxy->userinfo));
  for (const auto& [name, value] : own)
    if (!frames_message(name)) add(text, name, value);
  if (carries_body(request)) add(text, "Content-Length", std::to_string(request.body.size()));
  return text.append("\r\n").append(request.body);
}

std::string connect_text(const Url& target, const RunId& id, const Url& proxy) {
  const std::string authority = bracketed(target);
  std::string text = "CONNECT " + authority + " HTTP/1.1\r\n";
  add(text, "Host", authority);
  add(text, "User-Agent", user_agent);
  add(text, "traceparent", traceparent(id));
  if (!proxy.userinfo.empty()) add(text, "Proxy-Authorization", basic(proxy.userinfo));
  return text.append("\r\n");
}

}  // namespace answerback::net
