#include "net/url.h"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <optional>

namespace answerback::net {
namespace {

namespace urls = boost::urls;

std::uint16_t own_port(std::string_view scheme) {
  if (scheme == "http" || scheme == "ws") return 80;
  if (scheme == "https" || scheme == "wss") return 443;
  return 0;
}

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

std::expected<std::uint16_t, std::string> parse_port(std::string_view digits) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc::invalid_argument || end != digits.data() + digits.size())
    return std::unexpected("port " + quoted(digits) + " is not a number");
  if (error != std::errc() || value == 0 || value > 65535)
    return std::unexpected("port " + std::string(digits) + " is out of range (1 to 65535)");
  return static_cast<std::uint16_t>(value);
}

// A host goes into the Host header and to the resolver as it is: decoded escapes must not smuggle anything
// in.
bool is_host(std::string_view host) {
  return std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_';
  });
}

std::expected<std::string, std::string> host_of(const urls::url_view& url) {
  std::string host = lower(url.host_address());
  if (host.empty()) return std::unexpected("no host");
  switch (url.host_type()) {
    case urls::host_type::ipv4:
    case urls::host_type::ipv6: return host;
    case urls::host_type::name:
      if (!is_host(host)) return std::unexpected("the host holds a character that no host name has");
      return host;
    default: return std::unexpected("the host is in a form we do not know");
  }
}

std::string_view authority_of(std::string_view text) {
  text.remove_prefix(text.find("://") + 3);
  return text.substr(0, text.find_first_of("/?#"));
}

// What is wrong with a text that is no URI, in words; the text itself may hold a secret and is not repeated.
std::string why_not(std::string_view text) {
  if (std::ranges::any_of(text, is_control)) return "holds a control character";
  if (text.contains(' ')) return "holds a space (write %20)";
  if (!std::ranges::all_of(text, is_ascii))
    return "holds a character that is not ASCII (write %XX, international names as xn--…)";
  const std::string_view authority = authority_of(text);
  const std::string_view host = authority.substr(authority.rfind('@') + 1);
  const bool bracketed = host.starts_with('[');
  if (bracketed && !host.contains(']')) return "the IPv6 address is not closed with ]";
  if (!bracketed && std::ranges::count(host, ':') > 1) return "an IPv6 address needs brackets: [::1]";
  if (bracketed) return "the address in brackets is not an IPv6 address";
  if (const auto colon = host.find(':'); colon != host.npos && colon + 1 < host.size())
    if (const auto port = parse_port(host.substr(colon + 1)); !port) return port.error();
  return "is not a URL";
}

std::string scheme_of(std::string_view text) {
  const auto end = text.find(':');
  return end == text.npos ? "" : lower(text.substr(0, end));
}

std::optional<std::string> wrong_scheme(std::string_view text,
                                        std::initializer_list<std::string_view> allowed) {
  const std::string scheme = scheme_of(text);
  if (std::ranges::find(allowed, scheme) != allowed.end()) {
    if (text.substr(scheme.size()).starts_with("://")) return std::nullopt;
    return "no host: write " + scheme + "://HOST";
  }
  if (scheme.empty() || !text.contains("://"))
    if (scheme != "unix" && scheme != "file")
      return "no scheme: write " + std::string(*allowed.begin()) + "://" + "HOST";
  if (scheme == "unix" || scheme.ends_with("+unix")) return "unix sockets are not supported";
  std::string list;
  for (std::string_view s : allowed) list += (list.empty() ? "" : ", ") + std::string(s);
  return "scheme " + quoted(scheme) + " is not allowed here (allowed: " + list + ")";
}

std::expected<Url, std::string> from_view(const urls::url_view& view) {
  Url url;
  url.scheme = lower(view.scheme());
  auto host = host_of(view);
  if (!host) return std::unexpected(std::move(host).error());
  url.host = *std::move(host);
  url.port = own_port(url.scheme);
  if (const std::string_view digits = view.port(); !digits.empty()) {
    const auto port = parse_port(digits);
    if (!port) return std::unexpected(port.error());
    url.port = *port;
  }
  if (url.port == 0) return std::unexpected("no port, and " + url.scheme + " has none of its own");
  url.target = std::string_view(view.encoded_target());
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  url.userinfo = view.userinfo();
  return url;
}

// Servers put spaces and raw UTF-8 into Location; browsers and curl send them on as escapes.
std::string escaped(std::string_view reference) {
  static constexpr char hex[] = "0123456789ABCDEF";
  std::string out;
  for (char c : reference) {
    if (is_ascii(c) && !std::string_view(" \"<>\\^`{|}").contains(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', hex[byte >> 4], hex[byte & 15]};
  }
  return out;
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::string bracketed(const std::string& host) { return host.contains(':') ? "[" + host + "]" : host; }

}  // namespace

std::string Url::authority() const {
  std::string out = bracketed(host);
  if (port != own_port(scheme)) out += ":" + std::to_string(port);
  return out;
}

std::string Url::text() const { return scheme + "://" + authority() + target; }

std::string Url::place() const {
  const std::string whole = text();
  return whole.substr(0, whole.find('?'));
}

bool Url::same_origin(const Url& other) const {
  return scheme == other.scheme && host == other.host && port == other.port;
}

std::expected<Url, std::string> parse_url(std::string_view text,
                                          std::initializer_list<std::string_view> schemes) {
  if (text.empty()) return std::unexpected("is empty");
  if (auto wrong = wrong_scheme(text, schemes)) return std::unexpected(*std::move(wrong));
  const auto view = urls::parse_uri(text);
  // Boost.URL 1.81 takes "h:12x" for port 12 and a path without its slash.
  if (!view || std::string_view(view->encoded_authority()) != authority_of(text))
    return std::unexpected(why_not(text));
  return from_view(*view);
}

std::expected<Url, std::string> resolve_reference(const Url& base, std::string_view reference) {
  reference = trimmed(reference);
  if (reference.empty()) return std::unexpected("is empty");
  if (std::ranges::any_of(reference, is_control)) return std::unexpected("holds a control character");
  const std::string base_text = base.text();
  const std::string reference_text = escaped(reference);
  const auto from = urls::parse_uri(base_text);
  const auto to = urls::parse_uri_reference(reference_text);
  if (!from || !to) return std::unexpected("is not a URL");
  urls::url whole;
  if (!urls::resolve(*from, *to, whole)) return std::unexpected("is not a URL");
  auto url = parse_url(std::string_view(whole.buffer()), {"http", "https"});
  if (!url) return url;
  // A password is ours to send, never a peer's to choose, and only to where it was meant for.
  url->userinfo = url->same_origin(base) ? base.userinfo : "";
  return url;
}

std::expected<HostPort, std::string> parse_host_port(std::string_view text) {
  std::string_view host, port;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == text.npos) return std::unexpected("the IPv6 address is not closed with ]");
    host = text.substr(1, close - 1);
    if (!urls::parse_uri("x://" + std::string(text.substr(0, close + 1))))
      return std::unexpected(quoted(host) + " is not an IPv6 address");
    port = text.substr(close + 1);
    if (!port.starts_with(':')) return std::unexpected("no port: write [" + std::string(host) + "]:PORT");
    port.remove_prefix(1);
  } else {
    if (std::ranges::count(text, ':') > 1)
      return std::unexpected("an IPv6 address needs brackets: [::1]:PORT");
    const auto colon = text.find(':');
    if (colon == text.npos) return std::unexpected("no port: write " + std::string(text) + ":PORT");
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
    if (!is_host(host)) return std::unexpected("the host holds a character that no host name has");
  }
  if (host.empty()) return std::unexpected("no host");
  if (port.empty()) return std::unexpected("no port: write " + std::string(text) + "PORT");
  const auto number = parse_port(port);
  if (!number) return std::unexpected(number.error());
  return HostPort{lower(host), *number};
}

std::expected<HostPort, std::string> parse_host_port_or(std::string_view text, std::uint16_t otherwise) {
  const bool bare_v6 = std::ranges::count(text, ':') > 1 && !text.starts_with('[');
  if (text.contains(':') && !bare_v6 && !text.ends_with(']')) return parse_host_port(text);
  const std::string host = bare_v6 ? "[" + std::string(text) + "]" : std::string(text);
  return parse_host_port(host + ":" + std::to_string(otherwise));
}

}  // namespace answerback::net
