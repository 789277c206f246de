#include "probes/dns/exchange.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/socket_errors.h"
#include "probe/within.h"

namespace answerback::probes {
namespace {

using boost::system::error_code;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t datagram_cap = 4096;  // we offer no more than 512, as RFC 1035 has it
constexpr int most_strays = 64;

std::unexpected<Failure> dns_failure(Reason reason, std::string detail) {
  return std::unexpected(Failure{reason, std::move(detail)});
}

std::unexpected<Failure> dns_socket_failure(const error_code& error) {
  net::throw_if_cancelled(error);
  const net::Meaning meaning = net::meaning_of_connecting(error);
  return dns_failure(meaning.reason, meaning.words);
}

// One server and one question, by UDP.
class DnsDatagrams {
 public:
  DnsDatagrams(Run& run, const DnsAsking& asking, asio::ip::udp::socket& socket)
      : run_(run), asking_(asking), socket_(socket) {}

  asio::awaitable<DnsAnswer> ask(const std::string& query, DnsPatience patience) {
    for (std::size_t tried = 0; tried < patience.tries && run_.clock.now() < patience.until; ++tried) {
      const auto [failed, sent] = co_await socket_.async_send(asio::buffer(query), as_result);
      if (failed) co_return dns_socket_failure(failed);
      run_.evidence.sent(sent);
      const Steady next = std::min(patience.until, run_.clock.now() + patience.each);
      if (auto heard = co_await within(run_.clock, next, hear())) co_return *std::move(heard);
    }
    std::string detail = "no answer";
    if (strays_ > 0) detail += " to our question, but " + std::to_string(strays_) + " other datagrams";
    co_return dns_failure(Reason::dns_timeout, std::move(detail));
  }

 private:
  asio::awaitable<DnsAnswer> hear() {
    std::string bytes(datagram_cap + 1, '\0');
    for (;;) {
      const auto [error, size] = co_await socket_.async_receive(asio::buffer(bytes), as_result);
      if (error) co_return dns_socket_failure(error);
      run_.evidence.received(size);
      if (size > datagram_cap)
        co_return dns_failure(Reason::too_large,
                              "a datagram of more than " + std::to_string(datagram_cap) + " bytes");
      auto message =
          net::read_dns(std::string_view(bytes).substr(0, size), asking_.question, asking_.id, asking_.form);
      if (!message) co_return std::unexpected(std::move(message).error());
      if (*message) co_return **std::move(message);
      if (++strays_ == most_strays)
        co_return dns_failure(Reason::protocol,
                              std::to_string(strays_) + " datagrams came, none an answer to our question");
    }
  }

  Run& run_;
  const DnsAsking& asking_;
  asio::ip::udp::socket& socket_;
  int strays_ = 0;
};

asio::awaitable<error_code> send_all(Run& run, net::AnyStream& stream, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto [error, count] = co_await stream.async_write_some(asio::buffer(bytes), as_result);
    run.evidence.sent(count);
    if (error) co_return error;
    bytes.remove_prefix(count);
  }
  co_return error_code();
}

asio::awaitable<error_code> fill(Run& run, net::AnyStream& stream, std::string& bytes) {
  for (std::size_t got = 0; got < bytes.size();) {
    const auto [error, count] = co_await stream.async_read_some(asio::buffer(bytes) + got, as_result);
    run.evidence.received(count);
    got += count;
    if (error && got < bytes.size()) co_return error;
  }
  co_return error_code();
}

asio::awaitable<DnsAnswer> by_own_connection(Run& run, const DnsServer& server, const DnsAsking& asking) {
  asio::ip::tcp::socket socket(co_await asio::this_coro::executor);
  const auto [refused] = co_await socket.async_connect({server.address, server.port}, as_result);
  if (refused) co_return dns_socket_failure(refused);
  const auto stream = net::any_stream(std::move(socket));
  auto message = co_await ask_dns_over(run, *stream, asking);
  if (message && message->truncated)
    co_return dns_failure(Reason::truncated, "the answer is cut short even over TCP");
  co_return message;
}

asio::awaitable<DnsAnswer> by_tcp(Run& run, const DnsServer& server, const DnsAsking& asking, Steady until) {
  auto heard = co_await within(run.clock, until, by_own_connection(run, server, asking));
  if (heard) co_return *std::move(heard);
  co_return dns_failure(Reason::dns_timeout, "no answer");
}

}  // namespace

asio::awaitable<DnsAnswer> ask_dns_by_udp(Run& run, const DnsServer& server, const DnsAsking& asking,
                                          DnsPatience patience) {
  const auto query = net::dns_query(asking.question, asking.id);
  if (!query) co_return dns_failure(Reason::internal, query.error());
  asio::ip::udp::socket socket(co_await asio::this_coro::executor);
  const asio::ip::udp::endpoint to(server.address, server.port);
  error_code error;
  socket.open(to.protocol(), error);
  if (!error && server.source) {
    socket.bind({*server.source, 0}, error);
    if (error)
      co_return dns_failure(Reason::unreachable,
                            "cannot ask from " + server.source->to_string() + ": " + error.message());
  }
  if (!error) socket.connect(to, error);  // others' datagrams are not even shown to us
  if (error) co_return dns_socket_failure(error);
  DnsDatagrams datagrams(run, asking, socket);
  co_return co_await datagrams.ask(*query, patience);
}

asio::awaitable<DnsAnswer> ask_dns_over(Run& run, net::AnyStream& stream, const DnsAsking& asking) {
  const auto query = net::dns_query(asking.question, asking.id);
  if (!query) co_return dns_failure(Reason::internal, query.error());
  const std::string framed{static_cast<char>(query->size() >> 8), static_cast<char>(query->size())};
  if (const error_code error = co_await send_all(run, stream, framed + *query))
    co_return std::unexpected(net::tls_failure(error, "asking"));
  std::string size(2, '\0');
  if (const error_code error = co_await fill(run, stream, size))
    co_return std::unexpected(net::tls_failure(error, "waiting for the answer"));
  const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(size[i]); };
  std::string bytes(static_cast<std::size_t>(octet(0) << 8 | octet(1)), '\0');
  if (const error_code error = co_await fill(run, stream, bytes))
    co_return std::unexpected(net::tls_failure(error, "reading the answer"));
  auto message = net::read_dns(bytes, asking.question, asking.id, asking.form);
  if (!message) co_return std::unexpected(std::move(message).error());
  if (!*message) co_return dns_failure(Reason::protocol, "answered another question than ours");
  co_return **std::move(message);
}

asio::awaitable<std::expected<DnsHeard, Failure>> ask_dns(Run& run, const DnsSettings& settings,
                                                          const DnsServer& server, std::uint16_t id,
                                                          Steady until) {
  const DnsAsking asking{.question = settings.question, .id = id};
  bool tcp = settings.transport == DnsTransport::tcp;
  DnsAnswer message = std::unexpected(Failure{});
  if (!tcp) {
    message = co_await ask_dns_by_udp(run, server, asking, {settings.tries, settings.try_timeout, until});
    tcp = message && message->truncated;
  }
  if (tcp) message = co_await by_tcp(run, server, asking, until);
  if (!message) co_return std::unexpected(std::move(message).error());
  co_return DnsHeard{*std::move(message), tcp};
}

}  // namespace answerback::probes
