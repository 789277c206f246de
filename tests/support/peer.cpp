#include "support/peer.h"

#include <openssl/ssl.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>
#include <charconv>

namespace answerback::test {

namespace ssl = asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;
using boost::system::system_error;

struct Connection::State {
  tcp::socket socket;
  std::size_t index = 0;
  std::optional<ssl::context> context{};
  std::optional<ssl::stream<tcp::socket&>> tls{};
  std::string unread{};

  asio::awaitable<std::size_t> receive(asio::mutable_buffer space) {
    if (tls) co_return co_await tls->async_read_some(space, asio::use_awaitable);
    co_return co_await socket.async_read_some(space, asio::use_awaitable);
  }
  asio::awaitable<void> fill() {
    char space[16384];
    unread.append(space, co_await receive(asio::buffer(space)));
  }
  std::string take(std::size_t bytes) {
    std::string taken = unread.substr(0, bytes);
    unread.erase(0, bytes);
    return taken;
  }
};

Connection::Connection(std::unique_ptr<State> state) : state_(std::move(state)) {}
Connection::~Connection() = default;

std::size_t Connection::index() const { return state_->index; }

asio::awaitable<std::string> Connection::read_some() {
  if (state_->unread.empty()) co_await state_->fill();
  co_return std::exchange(state_->unread, {});
}

asio::awaitable<std::string> Connection::read_exactly(std::size_t bytes) {
  while (state_->unread.size() < bytes) co_await state_->fill();
  co_return state_->take(bytes);
}

asio::awaitable<std::string> Connection::read_until(std::string_view mark) {
  const std::string end(mark);
  std::size_t at = 0;
  while ((at = state_->unread.find(end)) == std::string::npos) co_await state_->fill();
  co_return state_->take(at + end.size());
}

asio::awaitable<std::string> Connection::read_http() {
  std::string request = co_await read_until("\r\n\r\n");
  constexpr std::string_view name = "\r\nContent-Length: ";
  const std::size_t at = request.find(name);
  if (at == std::string::npos) co_return request;
  std::size_t length = 0;
  std::from_chars(request.data() + at + name.size(), request.data() + request.size(), length);
  co_return request + co_await read_exactly(length);
}

asio::awaitable<void> Connection::write(std::string bytes) {
  if (state_->tls) {
    co_await asio::async_write(*state_->tls, asio::buffer(bytes), asio::use_awaitable);
  } else {
    co_await asio::async_write(state_->socket, asio::buffer(bytes), asio::use_awaitable);
  }
}

asio::awaitable<void> Connection::write_slowly(std::string bytes, std::size_t piece,
                                               std::chrono::milliseconds pause) {
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    co_await write(bytes.substr(at, piece));
    co_await wait(pause);
  }
}

asio::awaitable<void> Connection::wait(std::chrono::milliseconds time) {
  asio::steady_timer timer(state_->socket.get_executor(), time);
  co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> Connection::hold() {
  for (;;) co_await read_some();
}

asio::awaitable<void> Connection::secure(const Identity& identity, TlsOptions options) {
  ssl::context& context = state_->context.emplace(ssl::context::tls_server);
  context.use_certificate_chain(asio::buffer(identity.certificates));
  context.use_private_key(asio::buffer(identity.key), ssl::context::pem);
  if (options.newest) {
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context.native_handle(), options.newest);
    SSL_CTX_set_cipher_list(context.native_handle(), "DEFAULT@SECLEVEL=0");
  }
  if (!options.client_ca.empty()) {
    context.add_certificate_authority(asio::buffer(options.client_ca));
    context.set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
  }
  state_->tls.emplace(state_->socket, context);
  co_await state_->tls->async_handshake(ssl::stream_base::server, asio::use_awaitable);
}

std::string Connection::server_name() const {
  const char* name =
      state_->tls ? SSL_get_servername(state_->tls->native_handle(), TLSEXT_NAMETYPE_host_name) : nullptr;
  return name ? name : "";
}

void Connection::close() {
  error_code ignored;
  state_->socket.close(ignored);
}

void Connection::reset() {
  error_code ignored;
  state_->socket.set_option(tcp::socket::linger(true, 0), ignored);
  state_->socket.close(ignored);
}

asio::awaitable<void> Connection::goodbye() {
  if (state_->tls) co_await state_->tls->async_shutdown(asio::use_awaitable);
  close();
}

struct Peer::State {
  tcp::acceptor acceptor;
  Script script;
  std::optional<Identity> identity{};
  TlsOptions options{};
  std::size_t accepted = 0;
  std::vector<std::string> errors{};

  static asio::awaitable<void> serve(std::shared_ptr<State> self, tcp::socket socket) {
    socket.set_option(tcp::no_delay(true));
    Connection connection(
        std::make_unique<Connection::State>(Connection::State{std::move(socket), self->accepted++}));
    if (self->identity) co_await connection.secure(*self->identity, self->options);
    co_await self->script(connection);
  }

  void ended(std::exception_ptr thrown) {
    if (!thrown) return;
    try {
      std::rethrow_exception(thrown);
    } catch (const system_error& error) {
      const error_code& code = error.code();
      const bool client_went = code == asio::error::eof || code == asio::error::connection_reset ||
                               code == asio::error::broken_pipe || code == ssl::error::stream_truncated ||
                               code == asio::error::operation_aborted || code == asio::error::bad_descriptor;
      if (!client_went) errors.push_back(error.what());
    } catch (const std::exception& error) {
      errors.push_back(error.what());
    }
  }

  static void listen(std::shared_ptr<State> self) {
    tcp::acceptor& acceptor = self->acceptor;
    acceptor.async_accept([self](const error_code& error, tcp::socket socket) {
      if (error) return;
      asio::co_spawn(self->acceptor.get_executor(), serve(self, std::move(socket)),
                     [self](std::exception_ptr thrown) { self->ended(thrown); });
      listen(self);
    });
  }
};

Peer::Peer(asio::io_context& io, Script script)
    : state_(std::make_shared<State>(
          State{tcp::acceptor(io, {asio::ip::address_v4::loopback(), 0}), std::move(script)})) {
  State::listen(state_);
}

Peer::Peer(asio::io_context& io, Identity identity, Script script, TlsOptions options)
    : Peer(io, std::move(script)) {
  state_->identity = std::move(identity);
  state_->options = std::move(options);
}

Peer::~Peer() {
  error_code ignored;
  state_->acceptor.close(ignored);
}

std::uint16_t Peer::port() const { return state_->acceptor.local_endpoint().port(); }

std::string Peer::url(std::string_view path) const {
  return (state_->identity ? "https" : "http") + std::string("://127.0.0.1:") + std::to_string(port()) +
         std::string(path);
}

std::size_t Peer::accepted() const { return state_->accepted; }
const std::vector<std::string>& Peer::errors() const { return state_->errors; }

Peer::Script answer(std::string bytes) {
  return [bytes = std::move(bytes)](Connection& connection) -> asio::awaitable<void> {
    co_await connection.read_http();
    co_await connection.write(bytes);
  };
}

}  // namespace answerback::test
