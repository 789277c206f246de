#include "http/acceptor.h"

#include <fcntl.h>

#include <boost/asio/ip/v6_only.hpp>
#include <string>

namespace answerback::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int backlog = 1024;

error_code open(Acceptor& acceptor, const tcp::endpoint& endpoint, bool both_families) {
  error_code ec;
  acceptor.open(endpoint.protocol(), ec);
  if (!ec) acceptor.set_option(asio::socket_base::reuse_address(true), ec);
  if (!ec && both_families) acceptor.set_option(asio::ip::v6_only(false), ec);
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(backlog, ec);
  if (!ec) acceptor.non_blocking(true, ec);
  if (ec) {
    error_code ignored;
    acceptor.close(ignored);
  } else {
    ::fcntl(acceptor.native_handle(), F_SETFD, FD_CLOEXEC);
  }
  return ec;
}

}  // namespace

error_code listen(Acceptor& acceptor, const ListenAddress& address) {
  if (address.host.empty()) {
    const error_code ec = open(acceptor, {tcp::v6(), address.port}, true);
    const bool no_ipv6 =
        ec == asio::error::address_family_not_supported || ec == boost::system::errc::address_not_available;
    return no_ipv6 ? open(acceptor, {tcp::v4(), address.port}, false) : ec;
  }
  error_code ec;
  const auto found = tcp::resolver(acceptor.get_executor())
                         .resolve(address.host, std::to_string(address.port),
                                  tcp::resolver::passive | tcp::resolver::numeric_service, ec);
  for (const auto& each : found) {
    ec = open(acceptor, each.endpoint(), false);
    if (!ec) break;
  }
  return ec;
}

}  // namespace answerback::http
