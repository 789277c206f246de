#pragma once
// Whom others may have us look at. Nobody unless listed, and some never: /probe must be no way into the
// cloud's metadata or to what listens on our own loopback. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/resolver.h"

namespace answerback::blackbox {

// Of 16 bytes, an IPv4 address as ::ffff:a.b.c.d; the first `bits` of them count.
struct Block {
  boost::asio::ip::address_v6::bytes_type bytes{};
  int bits = 128;

  bool holds(const net::Address&) const;
};
std::optional<Block> parse_block(std::string_view text);  // "10.0.0.0/8", "fd00::/8", "10.0.0.7"

// Absolute, printable, and written the shortest way: no "..", ".", "//", and no "/" at its end.
bool is_plain_path(std::string_view);

class Targets {
 public:
  // A name or glob ("*.example.com", of any depth; "*"), an address, a block of them, or the path of a unix
  // socket or a glob of paths. What is wrong with it, or nothing.
  std::optional<std::string> allow(std::string_view rule);

  // Why a target of this host must not be looked at, as far as that can be told before its name is resolved.
  std::optional<std::string> refusal(std::string_view host) const;

  // The same of the address that is going to be connected to. Refused whatever is listed: link-local (and
  // with it 169.254.169.254), other addresses of metadata services, unspecified, multicast, broadcast; also
  // within IPv6 (mapped, NAT64, 6to4). Loopback, unless an address or block lists it, or "localhost" does and
  // is what was asked for.
  std::optional<std::string> refusal(std::string_view host, const net::Address&) const;

  // Why a unix socket at this path must not be looked at. Only a rule that is a path or a glob of paths
  // allows it; `*` stays within a folder.
  std::optional<std::string> refusal_of_path(std::string_view path) const;

 private:
  bool names(std::string_view host) const;
  bool lists(const net::Address&) const;

  bool lists_nobody() const { return globs_.empty() && blocks_.empty() && paths_.empty(); }

  std::vector<std::string> globs_;  // lower case
  std::vector<std::string> paths_;
  std::vector<Block> blocks_;
};

}  // namespace answerback::blackbox
