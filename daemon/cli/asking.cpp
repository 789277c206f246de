#include "cli/asking.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace answerback::cli {
namespace {

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    const char* const digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

// A scheme is the same however it is written.
std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string flaw(const Whereabouts& at) {
  constexpr std::string_view form = "not a URL of the form http[s]://HOST:PORT";
  const std::size_t scheme = at.origin.find("://");
  if (scheme != std::string::npos && at.origin.substr(0, scheme) != "http" &&
      at.origin.substr(0, scheme) != "https")
    return std::string(form);
  std::string_view rest = std::string_view(at.origin).substr(scheme == std::string::npos ? 0 : scheme + 3);
  const std::size_t host = rest.starts_with('[') ? rest.find(']') + 1 : std::min(rest.find(':'), rest.size());
  if (host == 0) return std::string(form);  // none, or an address that is not closed
  rest.remove_prefix(host);
  const bool good = rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
  return good ? std::string() : std::string(form);
}

Whereabouts whereabouts(std::string_view url) {
  while (url.ends_with('/')) url.remove_suffix(1);
  Whereabouts out;
  const std::size_t scheme = url.find("://");
  const std::size_t host = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::size_t path = std::min(url.find('/', host), url.size());
  std::string_view authority = url.substr(host, path - host);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    const std::string_view userinfo = authority.substr(0, at);
    const std::size_t colon = std::min(userinfo.find(':'), userinfo.size());
    out.names_a_user = true;
    out.user = unescaped(userinfo.substr(0, colon));
    if (colon < userinfo.size()) out.password = unescaped(userinfo.substr(colon + 1));
    authority.remove_prefix(at + 1);
  }
  out.origin = lower(url.substr(0, host)) + std::string(authority);
  out.prefix = url.substr(path);
  return out;
}

std::string hint(const Answer& answer, const Whereabouts& at) {
  if (answer.status == 400 && answer.body.starts_with("This port speaks TLS")) return "--url https://…";
  if (answer.status == 401 && at.names_a_user) return "the user or the password in --url is wrong";
  if (answer.status == 401) return "--url http[s]://USER:PASSWORD@HOST:PORT, or ANSWERBACK_URL";
  if (answer.status == 429) return "the daemon has too many requests: try again later";
  return {};
}

std::string escaped(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool stays = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    if (stays) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.append({'%', hex[byte >> 4U], hex[byte & 0xFU]});
  }
  return out;
}

}  // namespace answerback::cli
