#include "net/http_exchange.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

#include "net/http_reader.h"
#include "net/socket_errors.h"

namespace answerback::net {
namespace {

using boost::system::error_code;
using Answer = std::expected<HttpResponse, Failure>;

Failure failure_of(const TcpSocket&, const error_code& error, std::string_view doing) {
  return socket_failure(error, doing);
}
Failure failure_of(const TlsStream&, const error_code& error, std::string_view doing) {
  return tls_failure(error, doing);
}

// How the stream ended, as the reader wants to know it; anything but an end is a failure of the connection.
ResponseReader::State at_end(ResponseReader& reader, const error_code& error) {
  const bool clean = error == asio::error::eof;
  return reader.end(clean,
                    clean ? "closed the connection" : "closed the connection without a TLS close_notify");
}

template <class Stream>
asio::awaitable<Answer> converse(Run& run, Stream& stream, Exchange x) {
  constexpr auto outcome = asio::as_tuple(asio::deferred);

  // A peer may answer and hang up before it has read everything: what it said counts more than how our
  // writing ended.
  error_code write_error;
  while (!x.request.empty() && !write_error) {
    const auto [error, count] = co_await stream.async_write_some(asio::buffer(x.request), outcome);
    throw_if_cancelled(error);
    run.evidence.sent(count);
    x.request.remove_prefix(count);
    write_error = error;
  }
  if (!x.tunnel) run.enter(Phase::processing);

  ResponseReader reader(x.sink, x.limits, x.bodyless);
  ResponseReader::State state = ResponseReader::State::more;
  while (state == ResponseReader::State::more) {
    const auto [error, count] = co_await stream.async_read_some(reader.space(), outcome);
    throw_if_cancelled(error);
    run.evidence.received(count);
    if (count > 0 && !reader.began() && !x.tunnel) run.enter(Phase::transfer);
    if (!error) {
      state = reader.feed(count);
    } else if (write_error && !reader.began()) {
      const bool alert = error.category() == asio::error::get_ssl_category();
      co_return std::unexpected(alert ? failure_of(stream, error, "reading the response")
                                      : failure_of(stream, write_error, "sending the request"));
    } else if (error == asio::error::eof || error == asio::ssl::error::stream_truncated) {
      state = at_end(reader, error);
    } else {
      co_return std::unexpected(failure_of(stream, error, "reading the response"));
    }
  }
  if (state == ResponseReader::State::failed) co_return std::unexpected(reader.failure());
  if (x.tunnel && reader.response().status / 100 == 2 && reader.left_over() > 0)
    co_return std::unexpected(Failure{Reason::protocol, "the proxy spoke before the tunnel was used"});
  co_return std::move(reader.response());
}

}  // namespace

asio::awaitable<Answer> exchange(Run& run, TcpSocket& socket, Exchange x) { return converse(run, socket, x); }
asio::awaitable<Answer> exchange(Run& run, TlsStream& stream, Exchange x) { return converse(run, stream, x); }

}  // namespace answerback::net
