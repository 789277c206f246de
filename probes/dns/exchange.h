#pragma once
// One question to one server, and its answer: by UDP with tries, by TCP where that is asked for or where the
// answer did not fit. Adds to the run's evidence, enters no phase: several may be under way.

#include <boost/asio/ip/address.hpp>
#include <optional>

#include "net/any_stream.h"
#include "probes/dns/dns.h"

namespace answerback::probes {

struct DnsServer {
  boost::asio::ip::address address = {};
  std::uint16_t port = 53;
  std::string name = {};                                          // for people
  std::optional<boost::asio::ip::address> source = std::nullopt;  // of ours, to ask from
};

struct DnsAsking {
  net::DnsQuestion question = {};
  std::uint16_t id = 0;  // the same for all tries, so that a late answer to the first still counts
  net::DnsForm form = net::DnsForm::plain;
};

struct DnsPatience {
  std::size_t tries = 1;
  Duration each{};
  Steady until{};
};

struct DnsHeard {
  net::DnsMessage message;
  bool by_tcp = false;
};

using DnsAnswer = std::expected<net::DnsMessage, Failure>;

// By UDP alone; the message may be truncated. Ends by itself at `until`. Failures: connect_refused,
// unreachable, dns_timeout, protocol, too_large, internal.
asio::awaitable<DnsAnswer> ask_dns_by_udp(Run&, const DnsServer&, const DnsAsking&, DnsPatience);

// Over a connection that stands, framed by length (RFC 1035 4.2.2, RFC 7858). The caller sets the time.
// Failures: as net::socket_failure(); protocol, too_large, internal.
asio::awaitable<DnsAnswer> ask_dns_over(Run&, net::AnyStream&, const DnsAsking&);

// Ends by itself at `until`. Failures: connect_refused, unreachable, dns_timeout, protocol, too_large,
// truncated, internal.
asio::awaitable<std::expected<DnsHeard, Failure>> ask_dns(Run&, const DnsSettings&, const DnsServer&,
                                                          std::uint16_t id, Steady until);

}  // namespace answerback::probes
