#include "net/socket_errors.h"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <optional>

#include "net/connect.h"

namespace answerback::net {
namespace {

namespace errc = boost::system::errc;

// Those that mean the same before and after the connection stands.
std::optional<Meaning> either_way(const boost::system::error_code& error) {
  if (error == errc::connection_refused) return Meaning{Reason::connect_refused, "connection refused", "by"};
  if (error == errc::connection_reset || error == errc::connection_aborted || error == errc::broken_pipe)
    return Meaning{Reason::reset, "connection reset", "by"};
  if (error == errc::network_unreachable || error == errc::network_down)
    return Meaning{Reason::unreachable, "network unreachable"};
  if (error == errc::host_unreachable || error.value() == EHOSTDOWN)
    return Meaning{Reason::unreachable, "no route", "to"};
  // A local firewall's way to say no.
  if (error == errc::operation_not_permitted || error == errc::permission_denied)
    return Meaning{Reason::unreachable, "not permitted by our own host"};
  if (error == errc::too_many_files_open || error == errc::too_many_files_open_in_system)
    return Meaning{Reason::internal, "we are out of file descriptors (raise RLIMIT_NOFILE)"};
  if (error == errc::address_not_available)
    return Meaning{Reason::internal, "we are out of local ports or have no address of this family"};
  if (error == errc::no_buffer_space || error == errc::not_enough_memory)
    return Meaning{Reason::internal, "the system is out of memory for sockets"};
  return std::nullopt;
}

}  // namespace

Meaning meaning_of_connecting(const boost::system::error_code& error) {
  if (error == errc::timed_out) return {Reason::connect_timeout, "no answer (the system gave up)", "from"};
  if (error == errc::address_family_not_supported)
    return {Reason::unreachable, "address family not supported"};
  return either_way(error).value_or(Meaning{Reason::internal, error.message()});
}

Meaning meaning_of_connected(const boost::system::error_code& error) {
  if (error == boost::asio::error::eof) return {Reason::truncated, "connection closed"};
  if (error == errc::timed_out) return {Reason::read_timeout, "connection timed out (the system gave up)"};
  return either_way(error).value_or(Meaning{Reason::internal, error.message()});
}

void throw_if_cancelled(const boost::system::error_code& error) {
  if (error == boost::asio::error::operation_aborted) throw boost::system::system_error(error);
}

Failure socket_failure(const boost::system::error_code& error, std::string_view doing) {
  throw_if_cancelled(error);
  Meaning meaning = meaning_of_connected(error);
  return {meaning.reason, meaning.words + " while " + std::string(doing)};
}

}  // namespace answerback::net
