#pragma once
// An absolute URL, taken apart once at load. RFC 3986 by Boost.URL.

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace answerback::net {

struct Url {
  std::string scheme;        // lower case
  std::string host;          // without brackets
  std::uint16_t port = 0;    // the scheme's own where left out (80, 443)
  std::string target = "/";  // path and query, as sent; never a fragment
  std::string userinfo;      // "user:password", decoded; secret
  bool tls() const { return scheme == "https" || scheme == "wss"; }
  std::string authority()
      const;  // host[:port] for the Host header: the port only where it is not the scheme's own
  std::string text() const;   // without userinfo: safe to show
  std::string place() const;  // and without the query, which may hold a token
  bool same_origin(const Url& other) const;
};

// Says what is wrong in words for a config error. `schemes`: those allowed, e.g. {"http", "https"}.
std::expected<Url, std::string> parse_url(std::string_view text,
                                          std::initializer_list<std::string_view> schemes);

// A Location header against the URL it came from.
std::expected<Url, std::string> resolve_reference(const Url& base, std::string_view reference);

struct HostPort {
  std::string host;
  std::uint16_t port = 0;
};
// "host:5432", "[::1]:5432"
std::expected<HostPort, std::string> parse_host_port(std::string_view);
// Also without a port, which is then `otherwise`: "host", "10.0.0.2", "[::1]", "::1".
std::expected<HostPort, std::string> parse_host_port_or(std::string_view, std::uint16_t otherwise);

}  // namespace answerback::net
