#pragma once
// Names to addresses by c-ares on our loop, never getaddrinfo (one thread, in series, not to be cancelled).
// /etc/hosts and resolv.conf (each noticed when it changes), search domains; numeric hosts and localhost
// answer at once. Look-ups of one name under way at once are one look-up; a bounded number is on the wire,
// more wait in order. Nothing is cached beyond that: each run measures resolution as it is now.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/result.h"
#include "probe/run.h"

namespace answerback::net {

using Address = boost::asio::ip::address;

// Nothing for a name.
std::optional<Address> numeric_address(const std::string& host);

class Resolver {
 public:
  struct Options {
    std::string resolv_conf = "/etc/resolv.conf";
    std::string hosts = "/etc/hosts";
    std::string servers = {};  // "127.0.0.1:5353,[::1]:53" instead of those of resolv_conf
    // Look-ups at once; two questions each, and a server's socket has to hold them all.
    std::size_t on_the_wire = 128;
  };
  explicit Resolver(asio::any_io_executor, Clock&);
  Resolver(asio::any_io_executor, Clock&, Options);
  ~Resolver();  // on the loop's thread; nobody may be waiting any more

  // At least one address, in the order to try them (RFC 6724 as far as the resolver sorts them). Enters
  // Phase::resolve with the host as its note. Failures: dns_nxdomain (also a name without an address),
  // dns_failure with what the server said, dns_timeout when no server answered two tries (1.5 s, then 3 s).
  // Cancelled with the run: the waiter leaves at once and the look-up may finish for others.
  asio::awaitable<std::expected<std::vector<Address>, Failure>> resolve(Run&, std::string host);

  std::size_t under_way() const;  // look-ups on the wire

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace answerback::net
