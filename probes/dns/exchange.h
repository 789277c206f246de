#pragma once
// One question to one server, and its answer: by UDP with tries, by TCP where that is asked for or where the
// answer did not fit.

#include <boost/asio/ip/address.hpp>

#include "probes/dns/dns.h"

namespace answerback::probes {

struct DnsServer {
  boost::asio::ip::address address = {};
  std::uint16_t port = 53;
  std::string name = {};  // for people
};

struct DnsHeard {
  net::DnsMessage message;
  bool by_tcp = false;
};

// Ends by itself at `until`. Failures: connect_refused, unreachable, dns_timeout, protocol, too_large,
// truncated, internal. Adds to the run's evidence, enters no phase: several may be under way.
asio::awaitable<std::expected<DnsHeard, Failure>> ask_dns(Run&, const DnsSettings&, const DnsServer&,
                                                          std::uint16_t id, Steady until);

}  // namespace answerback::probes
