#include "probes/dns/exchange.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "net/socket_errors.h"
#include "probe/within.h"

namespace answerback::probes {
namespace {

using boost::system::error_code;
using Message = std::expected<net::DnsMessage, Failure>;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t datagram_cap = 4096;  // we offer no more than 512, as RFC 1035 has it
constexpr int most_strays = 64;

std::unexpected<Failure> dns_socket_failure(const error_code& error) {
  net::throw_if_cancelled(error);
  const net::Meaning meaning = net::meaning_of_connecting(error);
  return std::unexpected(Failure{meaning.reason, meaning.words});
}

// One server and one question: the same id for all tries, so that a late answer to the first still counts.
class DnsExchange {
 public:
  DnsExchange(Run& run, const DnsSettings& settings, const DnsServer& server, std::uint16_t id,
              std::string query)
      : run_(run), settings_(settings), server_(server), id_(id), query_(std::move(query)) {}

  asio::awaitable<Message> by_udp(Steady until) {
    asio::ip::udp::socket socket(co_await asio::this_coro::executor);
    error_code error;
    socket.connect({server_.address, server_.port}, error);  // others' datagrams are not even shown to us
    if (error) co_return dns_socket_failure(error);
    for (std::size_t tried = 0; tried < settings_.tries && run_.clock.now() < until; ++tried) {
      const auto [failed, sent] = co_await socket.async_send(asio::buffer(query_), as_result);
      if (failed) co_return dns_socket_failure(failed);
      run_.evidence.sent(sent);
      const Steady next = std::min(until, run_.clock.now() + settings_.try_timeout);
      if (auto heard = co_await within(run_.clock, next, hear(socket))) co_return *std::move(heard);
    }
    co_return silence();
  }

  asio::awaitable<Message> by_tcp(Steady until) {
    auto heard = co_await within(run_.clock, until, over_connection());
    if (heard) co_return *std::move(heard);
    co_return silence();
  }

 private:
  asio::awaitable<Message> hear(asio::ip::udp::socket& socket) {
    std::string bytes(datagram_cap + 1, '\0');
    for (;;) {
      const auto [error, size] = co_await socket.async_receive(asio::buffer(bytes), as_result);
      if (error) co_return dns_socket_failure(error);
      run_.evidence.received(size);
      if (size > datagram_cap) co_return too_large();
      auto message = net::read_dns(std::string_view(bytes).substr(0, size), settings_.question, id_);
      if (!message) co_return std::unexpected(std::move(message).error());
      if (*message) co_return **std::move(message);
      if (++strays_ == most_strays)
        co_return std::unexpected(Failure{
            Reason::protocol, std::to_string(strays_) + " datagrams came, none an answer to our question"});
    }
  }

  asio::awaitable<Message> over_connection() {
    asio::ip::tcp::socket socket(co_await asio::this_coro::executor);
    const auto [refused] = co_await socket.async_connect({server_.address, server_.port}, as_result);
    if (refused) co_return dns_socket_failure(refused);
    const std::string framed{static_cast<char>(query_.size() >> 8), static_cast<char>(query_.size())};
    const auto [unsent, sent] = co_await asio::async_write(socket, asio::buffer(framed + query_), as_result);
    run_.evidence.sent(sent);
    if (unsent) co_return std::unexpected(net::socket_failure(unsent, "asking"));
    unsigned char size[2];
    const auto [short_size, got_size] = co_await asio::async_read(socket, asio::buffer(size), as_result);
    run_.evidence.received(got_size);
    if (short_size) co_return std::unexpected(net::socket_failure(short_size, "waiting for the answer"));
    std::string bytes(static_cast<std::size_t>(size[0] << 8 | size[1]), '\0');
    const auto [short_body, got] = co_await asio::async_read(socket, asio::buffer(bytes), as_result);
    run_.evidence.received(got);
    if (short_body) co_return std::unexpected(net::socket_failure(short_body, "reading the answer"));
    auto message = net::read_dns(bytes, settings_.question, id_);
    if (!message) co_return std::unexpected(std::move(message).error());
    if (!*message)
      co_return std::unexpected(Failure{Reason::protocol, "answered another question than ours"});
    if ((*message)->truncated)
      co_return std::unexpected(Failure{Reason::truncated, "the answer is cut short even over TCP"});
    co_return **std::move(message);
  }

  std::unexpected<Failure> silence() const {
    std::string detail = "no answer";
    if (strays_ > 0) detail += " to our question, but " + std::to_string(strays_) + " other datagrams";
    return std::unexpected(Failure{Reason::dns_timeout, std::move(detail)});
  }
  static std::unexpected<Failure> too_large() {
    return std::unexpected(
        Failure{Reason::too_large, "a datagram of more than " + std::to_string(datagram_cap) + " bytes"});
  }

  Run& run_;
  const DnsSettings& settings_;
  const DnsServer& server_;
  std::uint16_t id_;
  std::string query_;
  int strays_ = 0;
};

}  // namespace

asio::awaitable<std::expected<DnsHeard, Failure>> ask_dns(Run& run, const DnsSettings& settings,
                                                          const DnsServer& server, std::uint16_t id,
                                                          Steady until) {
  auto query = net::dns_query(settings.question, id);
  if (!query) co_return std::unexpected(Failure{Reason::internal, std::move(query).error()});
  DnsExchange exchange(run, settings, server, id, *std::move(query));
  bool tcp = settings.transport == DnsTransport::tcp;
  Message message = std::unexpected(Failure{});
  if (!tcp) {
    message = co_await exchange.by_udp(until);
    tcp = message && message->truncated;
  }
  if (tcp) message = co_await exchange.by_tcp(until);
  if (!message) co_return std::unexpected(std::move(message).error());
  co_return DnsHeard{*std::move(message), tcp};
}

}  // namespace answerback::probes
