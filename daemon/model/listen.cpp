#include "model/listen.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace answerback {
namespace {

bool host_digit(char c) { return c >= '0' && c <= '9'; }
bool host_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool host_hex(char c) { return host_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// Takes what stands before the next `end` off the front.
std::string_view take_host_part(std::string_view& text, char end) {
  const std::string_view part = text.substr(0, text.find(end));
  text.remove_prefix(part.size());
  return part;
}

bool host_is_ipv4(std::string_view text) {
  int parts = 0;
  for (bool more = true; more; ++parts) {
    const std::string_view part = take_host_part(text, '.');
    int value = 0;
    const auto read = std::from_chars(part.data(), part.data() + part.size(), value);
    if (part.empty() || part.size() > 3 || !std::ranges::all_of(part, host_digit) || read.ec != std::errc() ||
        value > 255)
      return false;
    more = !text.empty();
    if (more) text.remove_prefix(1);
  }
  return parts == 4;
}

// RFC 4291 2.2, with a zone.
bool host_is_ipv6(std::string_view text) {
  if (const auto zone = text.find('%'); zone != std::string_view::npos) {
    if (zone + 1 == text.size()) return false;
    text = text.substr(0, zone);
  }
  int groups = 0;
  bool gap = false, more = true;  // more: a group has to follow
  while (more || !text.empty()) {
    more = false;
    if (text.starts_with("::")) {
      if (gap) return false;
      gap = true;
      text.remove_prefix(2);
      continue;
    }
    const std::string_view group = take_host_part(text, ':');
    if (group.contains('.')) return text.empty() && host_is_ipv4(group) && (gap ? groups < 6 : groups == 6);
    if (group.empty() || group.size() > 4 || !std::ranges::all_of(group, host_hex)) return false;
    ++groups;
    more = text.size() == 1 || (text.starts_with(':') && !text.starts_with("::"));
    if (more) text.remove_prefix(1);
  }
  return gap ? groups < 8 : groups == 8;
}

// What no name and no address looks like.
std::optional<std::string_view> flaw_in_host(std::string_view host) {
  constexpr std::size_t longest = 253, longest_label = 63;
  if (host.contains(' ') || host.contains('\t')) return "the host holds a space";
  if (host.contains("://") || host.contains('/')) return "it is no URL: no scheme, no path";
  if (host.contains(':')) return "an IPv6 address stands in brackets";
  if (host.contains('[') || host.contains(']'))
    return "brackets stand around an IPv6 address, and only there";
  if (std::ranges::all_of(host, [](char c) { return host_digit(c) || c == '.'; }))
    return host_is_ipv4(host) ? std::nullopt : std::optional<std::string_view>("the host is no IPv4 address");
  bool fits = host.size() <= longest;
  for (std::string_view rest = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;;
       rest.remove_prefix(1)) {
    const std::string_view label = take_host_part(rest, '.');
    fits = fits && !label.empty() && label.size() <= longest_label && std::ranges::all_of(label, [](char c) {
             return host_letter(c) || host_digit(c) || c == '-' || c == '_';
           });
    if (rest.empty()) break;
  }
  return fits ? std::nullopt : std::optional<std::string_view>("the host is neither a name nor an address");
}

}  // namespace

std::expected<ListenAddress, std::string> parse_listen(std::string_view text) {
  const auto wrong = [](std::string_view why) {
    return std::unexpected(std::string(why) + " (like 0.0.0.0:9797, [::1]:9797 or :9797)");
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong("no port");
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    if (!host_is_ipv6(host)) return wrong("what stands in brackets is no IPv6 address");
  } else if (const auto flaw = host.empty() ? std::nullopt : flaw_in_host(host)) {
    return wrong(*flaw);
  }
  ListenAddress address{.host = std::string(host)};
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + colon + 1, end, address.port);
  if (read.ec != std::errc() || read.ptr != end) return wrong("the port is not a number from 0 to 65535");
  return address;
}

}  // namespace answerback
