#include "net/http_stream.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>
#include <utility>

#include "net/any_stream.h"
#include "net/http_reader.h"
#include "net/http_request.h"
#include "net/proxy_tunnel.h"
#include "net/socket_errors.h"

namespace answerback::net {
namespace {

using boost::system::error_code;
constexpr auto outcome = asio::as_tuple(asio::deferred);

}  // namespace

struct HttpStream::Core {
  using State = ResponseReader::State;
  Core(std::unique_ptr<AnyStream> s, const Url* p, const HttpLimits& limits)
      : stream(std::move(s)), proxy(p), reader(&sink, limits, false) {}

  std::unique_ptr<AnyStream> stream;
  const Url* proxy;  // to which the request is written in the absolute form; owned by the transport
  bool has_head = false;
  std::string body;
  error_code write_error;
  State state = State::more;
  BodySink sink{.on_head =
                    [this](const HttpResponse&) {
                      has_head = true;
                      return true;
                    },
                .on_data =
                    [this](std::string_view piece) {
                      body += piece;
                      return true;
                    }};
  ResponseReader reader;
};

HttpStream::HttpStream(std::unique_ptr<Core> core) : core_(std::move(core)) {}
HttpStream::HttpStream(HttpStream&&) noexcept = default;
HttpStream& HttpStream::operator=(HttpStream&&) noexcept = default;
HttpStream::~HttpStream() = default;

asio::awaitable<std::expected<HttpStream, Failure>> HttpStream::connect(Run& run, const Transport& transport,
                                                                        Url url, TlsSettings tls,
                                                                        HttpLimits limits) {
  if (url.tls()) {
    auto socket = co_await connect_through(run, transport, url);
    if (!socket) co_return std::unexpected(std::move(socket).error());
    auto stream = co_await transport.tls.handshake(run, *std::move(socket), tls, url.host);
    if (!stream) co_return std::unexpected(std::move(stream).error());
    co_return HttpStream(std::make_unique<Core>(any_stream(*std::move(stream)), nullptr, limits));
  }
  const Url* proxy = transport.proxies.for_url(url);
  auto socket = co_await connect_next_hop(run, transport, url, proxy);
  if (!socket) co_return std::unexpected(std::move(socket).error());
  co_return HttpStream(std::make_unique<Core>(any_stream(*std::move(socket)), proxy, limits));
}

asio::awaitable<std::expected<void, Failure>> HttpStream::send(Run& run, const HttpRequest& request) {
  if (auto failure = unsendable(request)) co_return std::unexpected(*std::move(failure));
  const std::string text = request_text(request, run.id, core_->proxy);
  for (std::string_view rest = text; !rest.empty() && !core_->write_error;) {
    const auto [error, count] = co_await core_->stream->async_write_some(asio::buffer(rest), outcome);
    throw_if_cancelled(error);
    run.evidence.sent(count);
    rest.remove_prefix(count);
    core_->write_error = error;
  }
  co_return std::expected<void, Failure>();
}

asio::awaitable<std::expected<void, Failure>> HttpStream::read(Run& run) {
  using State = Core::State;
  ResponseReader& reader = core_->reader;
  const bool had_head = core_->has_head;
  while (core_->state == State::more && core_->body.empty() && core_->has_head == had_head) {
    const auto [error, count] = co_await core_->stream->async_read_some(reader.space(), outcome);
    throw_if_cancelled(error);
    run.evidence.received(count);
    if (!error) {
      core_->state = reader.feed(count);
    } else if (core_->write_error && !reader.began()) {
      co_return std::unexpected(tls_failure(core_->write_error, "sending the request"));
    } else if (is_end(error)) {
      const bool clean = error == asio::error::eof;
      core_->state = reader.end(
          clean, clean ? "closed the connection" : "closed the connection without a TLS close_notify");
    } else {
      co_return std::unexpected(tls_failure(error, "reading the response"));
    }
  }
  if (core_->has_head && !had_head) run.evidence.measure(Measure::http_status, reader.response().status);
  if (core_->state == State::failed) co_return std::unexpected(reader.failure());
  if (core_->proxy && core_->has_head && reader.response().status == 407)
    co_return std::unexpected(Failure{Reason::auth, "proxy " + core_->proxy->text() + " answered 407"});
  co_return std::expected<void, Failure>();
}

const HttpResponse* HttpStream::head() const { return core_->has_head ? &core_->reader.response() : nullptr; }
std::string HttpStream::take() { return std::exchange(core_->body, {}); }
bool HttpStream::complete() const { return core_->state == Core::State::complete; }

}  // namespace answerback::net
