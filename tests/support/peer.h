#pragma once
// The other end of a probe's connection, played from a script: a server on 127.0.0.1, on the test's own
// io_context, that does to each connection exactly what the test says.
//
//   asio::io_context io;
//   Peer peer(io, [](Connection& c) -> asio::awaitable<void> {
//     co_await c.read_until("\r\n\r\n");
//     co_await c.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
//   });
//   auto answer = finish(io, fetch(run, transport, request));   // drives client and peer to the client's end
//
// With an Identity the connection speaks TLS from its first byte; without, a script may turn to TLS at any
// moment (secure(), as PostgreSQL's SSLRequest or a proxy's CONNECT needs). When a script returns, its
// connection is closed. A script that finds the client gone ends where it stands, which is no error; anything
// else it throws is kept in errors(). Scripts are coroutines: a lambda may capture by reference what outlives
// the io_context's last turn, and lives as long as its Peer's connections do. Sessions of several connections
// run at once, each with its own script run.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "support/certificates.h"

namespace answerback::test {

namespace asio = boost::asio;

struct TlsOptions {
  int newest = 0;              // highest version spoken, e.g. TLS1_1_VERSION; 0: OpenSSL's newest
  std::string client_ca = {};  // PEM: a client certificate of this CA is required
};

// One accepted connection.
class Connection {
 public:
  struct State;
  explicit Connection(std::unique_ptr<State>);
  ~Connection();

  std::size_t index() const;  // of this peer's connections, from 0

  // Reading. Each throws (and so ends the script) when the client hangs up first.
  asio::awaitable<std::string> read_some();  // whatever comes next
  asio::awaitable<std::string> read_exactly(std::size_t bytes);
  asio::awaitable<std::string> read_until(std::string_view mark);  // up to its end; more stays for later
  asio::awaitable<std::string> read_http();  // a whole request: header, and body by Content-Length

  asio::awaitable<void> write(std::string bytes);
  // `piece` bytes at a time with a pause after each: 0 yields to the loop, so that each arrives as a segment
  // of its own.
  asio::awaitable<void> write_slowly(std::string bytes, std::size_t piece, std::chrono::milliseconds pause);
  asio::awaitable<void> wait(std::chrono::milliseconds);
  asio::awaitable<void> hold();  // says nothing more until the client goes

  asio::awaitable<void> secure(const Identity&, TlsOptions = {});  // TLS as a server from here on
  std::string server_name() const;                                 // the SNI the client sent

  void close();                     // FIN, without a close_notify
  void reset();                     // RST
  asio::awaitable<void> goodbye();  // close_notify, then FIN

 private:
  std::unique_ptr<State> state_;
};

class Peer {
 public:
  using Script = std::function<asio::awaitable<void>(Connection&)>;
  Peer(asio::io_context&, Script);
  Peer(asio::io_context&, Identity, Script, TlsOptions = {});
  // Stops listening. Connections under way end with their io_context.
  ~Peer();

  std::uint16_t port() const;
  std::string url(std::string_view path = "/") const;  // "http://127.0.0.1:PORT/…", https with an Identity
  std::size_t accepted() const;
  const std::vector<std::string>& errors()
      const;  // of scripts and TLS handshakes; a client that went is none

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// A script that reads a request and answers with these bytes, then closes.
Peer::Script answer(std::string bytes);

// Drives the context until the operation has ended, and gives its value or throws what it threw. Throws when
// that takes longer than the limit: a test that hangs is a test that fails.
template <class T>
T finish(asio::io_context& io, asio::awaitable<T> operation,
         std::chrono::seconds limit = std::chrono::seconds(20)) {
  std::optional<T> value;
  std::exception_ptr error;
  bool done = false;
  asio::co_spawn(io, std::move(operation), [&](std::exception_ptr thrown, T result) {
    done = true;
    error = thrown;
    if (!thrown) value.emplace(std::move(result));
  });
  const auto end = std::chrono::steady_clock::now() + limit;
  io.restart();
  while (!done && io.run_one_until(end) > 0) continue;
  if (!done) throw std::runtime_error("the operation did not end in time");
  if (error) std::rethrow_exception(error);
  return *std::move(value);
}

}  // namespace answerback::test
