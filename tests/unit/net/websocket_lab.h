#pragma once
// A WebSocket server played by hand: the handshake, and frames as bytes.

#include <optional>
#include <string>

#include "lab.h"
#include "net/websocket.h"
#include "net/websocket_handshake.h"

namespace answerback::net {

inline std::string header_of(const std::string& request, const std::string& name) {
  const std::string mark = "\r\n" + name + ": ";
  const std::size_t at = request.find(mark);
  if (at == std::string::npos) return {};
  return request.substr(at + mark.size(), request.find("\r\n", at + 2) - at - mark.size());
}

// A response that agrees; `more`: header lines.
inline std::string accepted(const std::string& request, const std::string& more = {}) {
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
         "Upgrade\r\nSec-WebSocket-Accept: " +
         websocket_accept(header_of(request, "Sec-WebSocket-Key")) + "\r\n" + more + "\r\n";
}

enum Opcode : unsigned char {
  continuation = 0,
  text_frame = 1,
  binary = 2,
  close_frame = 8,
  ping = 9,
  pong = 10
};

// As a server sends it, its length in the fewest bytes. `first`: opcode and reserved bits.
inline std::string frame(unsigned first, const std::string& payload = {}, bool fin = true) {
  std::string bytes(1, static_cast<char>(first | (fin ? 0x80u : 0u)));
  const std::size_t size = payload.size();
  const std::size_t length_bytes = size < 126 ? 0 : size < 65536 ? 2 : 8;
  bytes += static_cast<char>(length_bytes == 0 ? size : length_bytes == 2 ? 126 : 127);
  for (std::size_t i = length_bytes; i > 0; --i) bytes += static_cast<char>(size >> 8 * (i - 1));
  return bytes + payload;
}

inline std::string closing(unsigned code, const std::string& why = {}) {
  return frame(close_frame, std::string{static_cast<char>(code >> 8), static_cast<char>(code)} + why);
}

struct ClientFrame {
  unsigned opcode = 0;
  bool fin = false, rsv1 = false, masked = false;
  std::string payload;
};

inline asio::awaitable<ClientFrame> read_frame(test::Connection& c) {
  const std::string head = co_await c.read_exactly(2);
  const auto byte = [](char x) { return static_cast<unsigned char>(x); };
  ClientFrame frame{.opcode = byte(head[0]) & 15u,
                    .fin = (byte(head[0]) & 0x80) != 0,
                    .rsv1 = (byte(head[0]) & 0x40) != 0,
                    .masked = (byte(head[1]) & 0x80) != 0,
                    .payload = {}};
  std::size_t size = byte(head[1]) & 127;
  if (size > 125) {
    std::size_t length = 0;
    for (const char x : co_await c.read_exactly(size == 126 ? 2 : 8)) length = length << 8 | byte(x);
    size = length;
  }
  const std::string mask = co_await c.read_exactly(frame.masked ? 4 : 0);
  frame.payload = co_await c.read_exactly(size);
  for (std::size_t i = 0; frame.masked && i < size; ++i) frame.payload[i] ^= mask[i % 4];
  co_return frame;
}

struct WebSocketTest : testing::Test {
  Lab lab;
  std::vector<std::string> requests;
  using Opened = std::expected<WebSocket, Refusal>;
  using Read = std::expected<Message, Gone>;

  static WebSocketRequest to(const test::Peer& peer, const std::string& path = "/ws") {
    WebSocketRequest request;
    request.url = parse_url("ws" + peer.url(path).substr(4), {"ws", "wss"}).value();
    request.tls.insecure_skip_verify = true;
    return request;
  }

  // Agrees to the upgrade, then follows the rest of the script.
  test::Peer::Script after_upgrade(test::Peer::Script rest = {}, std::string more = {}) {
    return [this, rest, more](test::Connection& c) -> asio::awaitable<void> {
      requests.push_back(co_await c.read_http());
      co_await c.write(accepted(requests.back(), more));
      if (rest) co_await rest(c);
    };
  }
  // The same, and sends these bytes and listens on.
  test::Peer::Script sending(std::string bytes, std::string more = {}) {
    return after_upgrade(
        [bytes](test::Connection& c) -> asio::awaitable<void> {
          co_await c.write(bytes);
          co_await c.hold();
        },
        more);
  }

  // co_spawn wants a result that can be made from nothing.
  asio::awaitable<std::optional<Opened>> opening(WebSocketRequest request) {
    co_return co_await WebSocket::open(lab.run, lab.transport, std::move(request));
  }
  Opened open(WebSocketRequest request) { return *test::finish(lab.io, opening(std::move(request))); }
  WebSocket opened(WebSocketRequest request) {
    Opened socket = open(std::move(request));
    if (!socket) throw std::runtime_error("refused: " + socket.error().failure.detail);
    return *std::move(socket);
  }
  Read read(WebSocket& socket) { return test::finish(lab.io, socket.read(lab.run)); }
  bool send(WebSocket& socket, std::string text) {
    return test::finish(lab.io, socket.send(lab.run, std::move(text))).has_value();
  }
  asio::awaitable<bool> goodbye(WebSocket& socket, Steady until) {
    co_await socket.close(lab.run, until);
    co_return true;
  }
  // close() swallows its own cancellation; whatever is waited for next does not.
  asio::awaitable<bool> goodbye_and_sleep(WebSocket& socket) {
    co_await socket.close(lab.run, lab.clock.now() + std::chrono::minutes(1));
    co_await lab.clock.sleep_until(lab.clock.now() + std::chrono::minutes(1));
    co_return true;
  }
  void close(WebSocket& socket, std::chrono::milliseconds patience = std::chrono::seconds(2)) {
    test::finish(lab.io, goodbye(socket, lab.clock.now() + patience));
  }

  // What becomes of the next message when a server sends these bytes.
  Read receive(std::string bytes, WebSocketLimits limits = {}, const std::string& more = {}) {
    test::Peer peer(lab.io, sending(std::move(bytes), more));
    WebSocketRequest request = to(peer);
    request.limits = limits;
    WebSocket socket = opened(request);
    return read(socket);
  }
};

inline void expect_gone(const std::expected<Message, Gone>& read, Reason reason, const std::string& words,
                        std::optional<std::uint16_t> code = {}) {
  ASSERT_FALSE(read) << "read \"" << read->data.substr(0, 100) << "\"";
  const Gone& gone = read.error();
  EXPECT_EQ(name(gone.failure.reason), name(reason)) << gone.failure.detail;
  EXPECT_NE(gone.failure.detail.find(words), std::string::npos) << gone.failure.detail;
  if (code) {
    EXPECT_EQ(gone.code, code) << gone.failure.detail;
  }
}

}  // namespace answerback::net
