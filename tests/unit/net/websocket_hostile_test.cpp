// Servers that break RFC 6455, by mistake or on purpose: always a value with a reason, never a crash, never
// more than the caps.

#include <gmock/gmock.h>

#include <random>

#include "websocket_lab.h"

namespace answerback::net {
namespace {

using namespace std::chrono_literals;
using test::Connection;
using test::Peer;
using testing::HasSubstr;

struct HostileWebSocket : WebSocketTest {
  // Sends the head, then the piece again and again until nobody listens.
  Read endless(const std::string& head, const std::string& piece, WebSocketLimits limits = {},
               const std::string& more = {}) {
    std::string block;
    while (block.size() < 4000) block += piece;
    Peer peer(lab.io, after_upgrade(
                          [head, block](Connection& c) -> asio::awaitable<void> {
                            co_await c.write(head);
                            for (;;) co_await c.write(block);
                          },
                          more));
    WebSocketRequest request = to(peer);
    request.limits = limits;
    WebSocket socket = opened(request);
    return read(socket);
  }
};

const std::string deflating = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
constexpr unsigned rsv1 = 0x40;

std::string masked(unsigned first, const std::string& payload) {
  return {static_cast<char>(first | 0x80u), static_cast<char>(0x80u | payload.size()), 0, 0, 0, 0};
}
// A frame's head alone, its length in eight bytes.
std::string announcing(unsigned first, std::uint64_t length) {
  std::string bytes{static_cast<char>(first | 0x80u), 127};
  for (int i = 7; i >= 0; --i) bytes += static_cast<char>(length >> 8 * i);
  return bytes;
}

TEST_F(HostileWebSocket, BrokenFrames) {
  expect_gone(receive(masked(text_frame, {})), Reason::protocol, "masked");
  for (const unsigned bit : {0x40u, 0x20u, 0x10u}) {
    expect_gone(receive(frame(text_frame | bit, "x")), Reason::protocol, "reserved bits");
    expect_gone(receive(frame(ping | bit, "x")), Reason::protocol, "reserved bits");
  }
  expect_gone(receive(frame(text_frame | 0x20, "x"), {}, deflating), Reason::protocol, "reserved bits");
  for (const unsigned opcode : {3u, 7u, 11u, 15u})
    expect_gone(receive(frame(opcode, "x")), Reason::protocol, "reserved opcode");
  expect_gone(receive(frame(continuation, "x")), Reason::protocol, "without a message to continue");
  expect_gone(receive(frame(text_frame, "x", false) + frame(text_frame, "y")), Reason::protocol,
              "inside a fragmented");
  expect_gone(receive(frame(ping, "x", false)), Reason::protocol, "fragmented control");
  expect_gone(receive(frame(close_frame, "", false)), Reason::protocol, "fragmented control");
  expect_gone(receive(frame(ping, std::string(126, 'x'))), Reason::protocol, "longer than 125");
  expect_gone(receive(std::string("\x81\x7e\x00\x01x", 5)), Reason::protocol, "length written too long");
  expect_gone(receive("HTTP/1.1 400 Bad Request\r\n\r\n"), Reason::protocol, "the server sent");
}

// What is wrong with a frame is known although the goodbye can no longer be said.
TEST_F(HostileWebSocket, ABrokenFrameFromAServerThatHangsUpIsStillToldAsSuch) {
  for (const bool reset : {false, true}) {
    Peer peer(lab.io, after_upgrade([reset](Connection& c) -> asio::awaitable<void> {
                co_await c.write(frame(3, "x"));
                co_await c.wait(20ms);
                reset ? c.reset() : c.close();
              }));
    WebSocket socket = opened(to(peer));
    if (!reset) {
      lab.io.restart();
      lab.io.run_for(40ms);
    }
    expect_gone(read(socket), Reason::protocol, "reserved opcode");
  }
}

TEST_F(HostileWebSocket, TextThatIsNotUtf8) {
  for (const char* bytes : {"\xff", "\xc3", "a\xed\xa0\x80", "\xf8\x88\x80\x80\x80", "\xc0\xaf"}) {
    expect_gone(receive(frame(text_frame, bytes)), Reason::protocol, "not UTF-8");
    EXPECT_FALSE(receive(frame(binary, bytes)).value().text);
  }
  expect_gone(receive(frame(text_frame, "\xc3", false) + frame(continuation)), Reason::protocol, "not UTF-8");
}

TEST_F(HostileWebSocket, BrokenCloseFrames) {
  expect_gone(receive(frame(close_frame, "x")), Reason::protocol, "half a code");
  for (const unsigned code : {0u, 999u, 1004u, 1005u, 1006u, 1015u, 1016u, 2999u})
    expect_gone(receive(closing(code, "why")), Reason::protocol, "never sent: " + std::to_string(code));
  expect_gone(receive(closing(1000, "\xff")), Reason::protocol, "reason is not UTF-8");
}

TEST_F(HostileWebSocket, LengthsOverTheCap) {
  constexpr WebSocketLimits limits{.message_bytes = 1000};
  EXPECT_EQ(receive(frame(text_frame, std::string(1000, 'x')), limits).value().data.size(), 1000u);
  expect_gone(receive(frame(text_frame, std::string(1001, 'x')), limits), Reason::too_large, "1000 bytes");
  expect_gone(
      receive(frame(text_frame, std::string(600, 'x'), false) + frame(continuation, std::string(600, 'x')),
              limits),
      Reason::too_large, "1000 bytes");
  expect_gone(receive(frame(text_frame, std::string(10'000'000, 'x'))), Reason::too_large, "1048576 bytes");
  for (const std::uint64_t length : {std::uint64_t{1} << 62, std::uint64_t{1} << 63, ~std::uint64_t{0}})
    for (const std::string& more : {std::string(), deflating}) {
      expect_gone(receive(announcing(text_frame, length) + "x", {}, more), Reason::too_large, "over the cap");
      expect_gone(receive(frame(text_frame, "x", false) + announcing(continuation, length), {}, more),
                  Reason::too_large, "over the cap");
    }
  expect_gone(receive(announcing(text_frame | rsv1, std::uint64_t{1} << 63), {}, deflating),
              Reason::too_large, "over the cap");
}

TEST_F(HostileWebSocket, FragmentsWithoutEnd) {
  const std::string head = frame(text_frame, "x", false);
  for (const char* payload : {"", "y"})
    for (const std::string& more : {std::string(), deflating})
      expect_gone(endless(head, frame(continuation, payload, false), {.fragments_per_message = 50}, more),
                  Reason::too_large, "more than 50 fragments");
  expect_gone(endless(frame(text_frame | rsv1, "", false), frame(continuation, {}, false), {}, deflating),
              Reason::too_large, "more than 1024 fragments");
  expect_gone(endless(head, frame(continuation, std::string(1000, 'y'), false), {.message_bytes = 20'000}),
              Reason::too_large, "20000 bytes");
}

TEST_F(HostileWebSocket, PingsWithoutEnd) {
  expect_gone(endless({}, frame(ping)), Reason::too_large, "more than 100 control frames");
  expect_gone(endless({}, frame(pong, std::string(125, 'x'))), Reason::too_large,
              "more than 100 control frames");
  expect_gone(endless(frame(text_frame, "x", false), frame(ping)), Reason::too_large,
              "more than 100 control frames");
  EXPECT_LT(lab.evidence.bytes_received(), 1'000'000u);
}

TEST_F(HostileWebSocket, AMessageAheadOfAFloodIsRead) {
  std::string bytes = frame(text_frame, "first");
  for (int i = 0; i < 200; ++i) bytes += frame(ping);
  Peer peer(lab.io, sending(bytes));
  WebSocket socket = opened(to(peer));
  EXPECT_EQ(read(socket).value().data, "first");
  expect_gone(read(socket), Reason::too_large, "control frames");
}

TEST_F(HostileWebSocket, LimitsCountForEachMessage) {
  std::string bytes;
  for (int i = 0; i < 5; ++i) {
    bytes += frame(text_frame, "a", false);
    for (int k = 0; k < 8; ++k) bytes += frame(ping) + frame(continuation, "b", false);
    bytes += frame(continuation);
  }
  Peer peer(lab.io, sending(bytes));
  WebSocketRequest request = to(peer);
  request.limits = {.message_bytes = 9, .pings_per_message = 8, .fragments_per_message = 10};
  WebSocket socket = opened(request);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(read(socket).value().data, "abbbbbbbb");
}

TEST_F(HostileWebSocket, CompressedData) {
  const std::string hello = "\xf2\x48\xcd\xc9\xc9\x07\x00";  // RFC 7692 7.2.3.1
  const std::string packed(hello.data(), 7);
  EXPECT_EQ(receive(frame(text_frame | rsv1, packed), {}, deflating).value().data, "Hello");
  EXPECT_EQ(
      receive(frame(text_frame | rsv1, packed.substr(0, 3), false) + frame(continuation, packed.substr(3)),
              {}, deflating)
          .value()
          .data,
      "Hello");
  expect_gone(receive(frame(text_frame | rsv1, "\xff\xff\xff\xff"), {}, deflating), Reason::protocol,
              "unpacked");
  expect_gone(receive(frame(continuation | rsv1, packed), {}, deflating), Reason::protocol,
              "the server sent");

  // Empty stored blocks come to nothing for ever.
  const std::string nothing("\x00\x00\x00\xff\xff", 5);
  expect_gone(endless(announcing(text_frame | rsv1, 1'000'000'000), nothing, {}, deflating),
              Reason::too_large, "cap");
  // A megabyte of zeroes in a kilobyte: the same stored match again and again.
  std::string bomb("\x62\x60\x18\x05\xa3\x60\x14", 7);
  bomb += std::string(2000, '\0');
  const Read read = receive(frame(binary | rsv1, bomb), {.message_bytes = 100}, deflating);
  EXPECT_FALSE(read);
}

// Thousands of conversations damaged at random, the same ones every time.
TEST_F(HostileWebSocket, DamagedFramesGiveAValueWithinTheCaps) {
  std::mt19937 random(20260101);
  const auto below = [&](std::size_t bound) { return random() % bound; };
  const std::string packed("\xf2\x48\xcd\xc9\xc9\x07\x00", 7);
  const std::string sound = frame(text_frame, "h\xc3\xa4", false) + frame(ping, "p") +
                            frame(continuation, "llo") + frame(text_frame | rsv1, packed) +
                            frame(binary, std::string(130, 'b')) + frame(text_frame | rsv1, packed) +
                            closing(1001, "bye");
  std::string bytes;
  std::size_t cut = 0;
  Peer peer(lab.io, after_upgrade(
                        [&](Connection& c) -> asio::awaitable<void> {
                          const std::string damaged = bytes;
                          const std::size_t half = cut;
                          co_await c.write(damaged.substr(0, half));
                          co_await c.write(damaged.substr(half));
                        },
                        deflating));
  WebSocketRequest request = to(peer);
  request.limits = {.message_bytes = 500, .pings_per_message = 5, .fragments_per_message = 5};
  int messages = 0, ends = 0;
  for (int round = 0; round < 1500; ++round) {
    bytes = sound;
    for (std::size_t wounds = 1 + below(3); wounds > 0; --wounds) {
      const std::size_t at = below(bytes.size());
      switch (below(4)) {
        case 0: bytes[at] = static_cast<char>(below(256)); break;
        case 1: bytes.erase(at, 1 + below(8)); break;
        case 2: bytes.insert(at, bytes.substr(at, 1 + below(40))); break;
        default: bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8))); break;
      }
      if (bytes.empty()) bytes = "x";
    }
    cut = below(bytes.size());
    WebSocket socket = opened(request);
    for (;;) {
      const Read result = read(socket);
      if (result) {
        ++messages;
        ASSERT_LE(result->data.size(), 500u);
        continue;
      }
      ++ends;
      ASSERT_FALSE(result.error().failure.detail.empty());
      ASSERT_NE(result.error().failure.reason, Reason::internal) << result.error().failure.detail;
      break;
    }
  }
  EXPECT_EQ(ends, 1500);
  EXPECT_GT(messages, 500);
}

}  // namespace
}  // namespace answerback::net
