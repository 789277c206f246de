#pragma once
// The kernel's ping socket (icmp(7)): echoes without privileges, where net.ipv4.ping_group_range lets our
// group have them.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/datagram_protocol.hpp>
#include <expected>
#include <optional>

#include "model/result.h"
#include "net/resolver.h"

namespace answerback::probes {

namespace asio = boost::asio;
using PingSocket = asio::generic::datagram_protocol::socket;

struct PingOptions {
  std::optional<net::Address> source = std::nullopt;  // of ours, to ping from
  int hops = 0;                                       // TTL or hop limit of what is sent; 0: the system's
  bool dont_fragment = false;                         // IPv4
};

// Connected to the address: others' packets are not even shown to us. Else the result of a run that cannot
// go on: unknown, no_evidence, where the kernel gives us no such socket: nothing was sent, and so nothing is
// known; a failure where the address is out of reach.
std::expected<PingSocket, ProbeResult> open_ping_socket(asio::any_io_executor, const net::Address&,
                                                        const PingOptions&);

struct PingReply {
  std::size_t size = 0;          // bytes of the packet, from the ICMP header on, cut to the space there was
  std::optional<int> hops_left;  // its TTL or hop limit as it came in
};
asio::awaitable<std::expected<PingReply, boost::system::error_code>> receive_ping(PingSocket&,
                                                                                  asio::mutable_buffer);

// What an error of such a socket is to a run. Our own cancellation is thrown on.
Failure ping_failure(const boost::system::error_code&);

}  // namespace answerback::probes
