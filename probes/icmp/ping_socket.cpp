#include "probes/icmp/ping_socket.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>

#include "net/socket_errors.h"

namespace answerback::probes {
namespace {

using boost::system::error_code;

error_code last_error() { return {errno, boost::system::system_category()}; }

error_code set(PingSocket& socket, int level, int option, int value) {
  return ::setsockopt(socket.native_handle(), level, option, &value, sizeof value) == 0 ? error_code()
                                                                                        : last_error();
}

error_code open(PingSocket& socket, bool v6) {
  error_code error;
  socket.open({v6 ? AF_INET6 : AF_INET, v6 ? int{IPPROTO_ICMPV6} : int{IPPROTO_ICMP}}, error);
  if (!error && ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC) != 0) error = last_error();
  if (!error) socket.native_non_blocking(true, error);
  return error;
}

error_code configure(PingSocket& socket, bool v6, const PingOptions& options) {
  error_code error =
      v6 ? set(socket, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1) : set(socket, IPPROTO_IP, IP_RECVTTL, 1);
  if (!error && options.hops > 0)
    error = v6 ? set(socket, IPPROTO_IPV6, IPV6_UNICAST_HOPS, options.hops)
               : set(socket, IPPROTO_IP, IP_TTL, options.hops);
  if (!error && options.dont_fragment && !v6)
    error = set(socket, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO);
  return error;
}

ProbeResult cannot_ping(const error_code& error) {
  namespace errc = boost::system::errc;
  if (error == errc::permission_denied || error == errc::operation_not_permitted)
    return ProbeResult::unknown(Reason::no_evidence,
                                "the kernel lets our group open no ping socket; to allow it: sysctl -w "
                                "net.ipv4.ping_group_range=\"0 2147483647\"");
  return ProbeResult::unknown(Reason::no_evidence, "no ping socket: " + error.message());
}

std::optional<int> hops_in(msghdr& message) {
  for (cmsghdr* each = CMSG_FIRSTHDR(&message); each; each = CMSG_NXTHDR(&message, each)) {
    const bool v4 = each->cmsg_level == IPPROTO_IP && each->cmsg_type == IP_TTL;
    const bool v6 = each->cmsg_level == IPPROTO_IPV6 && each->cmsg_type == IPV6_HOPLIMIT;
    if (!v4 && !v6) continue;
    int hops = 0;
    std::memcpy(&hops, CMSG_DATA(each), sizeof hops);
    return hops;
  }
  return std::nullopt;
}

}  // namespace

std::expected<PingSocket, ProbeResult> open_ping_socket(asio::any_io_executor loop,
                                                        const net::Address& address,
                                                        const PingOptions& options) {
  PingSocket socket(std::move(loop));
  error_code error = open(socket, address.is_v6());
  if (!error) error = configure(socket, address.is_v6(), options);
  if (error) return std::unexpected(cannot_ping(error));
  if (options.source) socket.bind(asio::ip::udp::endpoint(*options.source, 0), error);
  if (error)
    return std::unexpected(ProbeResult::fail(
        Reason::unreachable, "cannot ping from " + options.source->to_string() + ": " + error.message()));
  socket.connect(asio::ip::udp::endpoint(address, 0), error);
  if (!error) return socket;
  const net::Meaning meaning = net::meaning_of_connecting(error);
  return std::unexpected(ProbeResult::fail(meaning.reason, meaning.words + " to " + address.to_string()));
}

asio::awaitable<std::expected<PingReply, error_code>> receive_ping(PingSocket& socket,
                                                                   asio::mutable_buffer space) {
  for (;;) {
    const auto [failed] =
        co_await socket.async_wait(PingSocket::wait_read, asio::as_tuple(asio::use_awaitable));
    if (failed) co_return std::unexpected(failed);
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    iovec into{space.data(), space.size()};
    msghdr message{};
    message.msg_iov = &into;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const ssize_t size = ::recvmsg(socket.native_handle(), &message, 0);
    if (size >= 0) co_return PingReply{static_cast<std::size_t>(size), hops_in(message)};
    if (errno != EAGAIN && errno != EINTR) co_return std::unexpected(last_error());
  }
}

Failure ping_failure(const error_code& error) {
  net::throw_if_cancelled(error);
  const net::Meaning meaning = net::meaning_of_connecting(error);
  return {meaning.reason, meaning.words};
}

}  // namespace answerback::probes
