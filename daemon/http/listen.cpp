#include "http/listen.h"

#include <charconv>

namespace answerback::http {

std::expected<ListenAddress, std::string> parse_listen(std::string_view text) {
  const auto wrong = [&](std::string_view why) {
    return std::unexpected("listen address \"" + std::string(text) + "\": " + std::string(why) +
                           " (like 0.0.0.0:9797, [::1]:9797 or :9797)");
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong("no port");
  std::string_view host = text.substr(0, colon);
  const bool brackets = host.starts_with('[') && host.ends_with(']');
  if (brackets) host = host.substr(1, host.size() - 2);
  if (!brackets && host.contains(':')) return wrong("an IPv6 address stands in brackets");

  ListenAddress address{.host = std::string(host)};
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + colon + 1, end, address.port);
  if (read.ec != std::errc() || read.ptr != end) return wrong("the port is not a number from 0 to 65535");
  return address;
}

}  // namespace answerback::http
