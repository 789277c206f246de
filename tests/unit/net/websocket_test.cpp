// Messages there and back, the end of a connection, and being cancelled at any moment.

#include "net/websocket.h"

#include <gmock/gmock.h>

#include "probe/within.h"
#include "websocket_lab.h"

namespace answerback::net {
namespace {

using namespace std::chrono_literals;
using test::Connection;
using test::Peer;
using testing::HasSubstr;

TEST_F(WebSocketTest, MessagesThereAndBack) {
  std::vector<ClientFrame> heard;
  Peer peer(lab.io, after_upgrade([&](Connection& c) -> asio::awaitable<void> {
              for (int i = 0; i < 2; ++i) {
                heard.push_back(co_await read_frame(c));
                co_await c.write(frame(text_frame, "echo " + heard.back().payload.substr(0, 5)));
              }
              co_await c.write(frame(binary, std::string("\0\xff", 2)) + frame(text_frame));
              co_await c.hold();
            }));
  WebSocket socket = opened(to(peer));
  EXPECT_TRUE(send(socket, "hello"));
  EXPECT_EQ(read(socket).value().data, "echo hello");
  const std::string large(100'000, 'x');
  EXPECT_TRUE(send(socket, large));
  EXPECT_EQ(read(socket).value().data, "echo xxxxx");
  const Read bytes = read(socket);
  EXPECT_FALSE(bytes.value().text);
  EXPECT_EQ(bytes->data, std::string("\0\xff", 2));
  const Read empty = read(socket);
  EXPECT_TRUE(empty.value().text);
  EXPECT_EQ(empty->data, "");
  ASSERT_EQ(heard.size(), 2u);
  EXPECT_EQ(heard[1].payload, large);
  for (const ClientFrame& f : heard) {
    EXPECT_EQ(f.opcode, text_frame);
    EXPECT_TRUE(f.masked && f.fin && !f.rsv1);
  }
}

TEST_F(WebSocketTest, EveryByteIsCounted) {
  std::size_t to_us = 0, from_us = 0;
  Peer peer(lab.io, [&](Connection& c) -> asio::awaitable<void> {
    const std::string request = co_await c.read_http();
    const std::string answer = accepted(request) + frame(text_frame, "behind the response");
    co_await c.write(answer);
    co_await read_frame(c);
    co_await c.write(frame(ping, "abc") + frame(text_frame, "x"));
    const std::string pong_bytes = co_await c.read_exactly(2 + 4 + 3);
    to_us = answer.size() + frame(ping, "abc").size() + frame(text_frame, "x").size();
    from_us = request.size() + 2 + 4 + 5 + pong_bytes.size();
    co_await c.hold();
  });
  WebSocket socket = opened(to(peer));
  EXPECT_TRUE(read(socket));
  EXPECT_TRUE(send(socket, "hello"));
  EXPECT_TRUE(read(socket));
  lab.io.restart();
  lab.io.run_for(20ms);
  EXPECT_GT(to_us, 0u);
  EXPECT_EQ(lab.evidence.bytes_received(), to_us);
  EXPECT_EQ(lab.evidence.bytes_sent(), from_us);
}

TEST_F(WebSocketTest, FragmentsMakeOneMessageAndPingsInBetweenAreAnswered) {
  ClientFrame answer;
  Peer peer(lab.io, after_upgrade([&](Connection& c) -> asio::awaitable<void> {
              co_await c.write(frame(text_frame, "a\xc3", false) + frame(ping, "are you there?") +
                               frame(continuation, "\xa4", false) + frame(pong) + frame(continuation, "b"));
              answer = co_await read_frame(c);
              co_await c.hold();
            }));
  WebSocket socket = opened(to(peer));
  EXPECT_EQ(read(socket).value().data,
            "a\xc3\xa4"
            "b");
  lab.io.restart();
  lab.io.run_for(20ms);
  EXPECT_EQ(answer.opcode, pong);
  EXPECT_EQ(answer.payload, "are you there?");
}

TEST_F(WebSocketTest, FramesMayBeSplitAnywhere) {
  const std::string bytes = frame(text_frame, "h\xc3\xa4", false) + frame(ping, "p") +
                            frame(continuation, "llo") + frame(binary, std::string(200, 'b')) +
                            closing(1001, "bye");
  std::size_t split = 0;
  Peer peer(lab.io, after_upgrade([&](Connection& c) -> asio::awaitable<void> {
              co_await c.write(bytes.substr(0, split));
              co_await c.wait(1ms);
              co_await c.write(bytes.substr(split));
              co_await c.hold();
            }));
  for (split = 0; split < bytes.size(); ++split) {
    WebSocket socket = opened(to(peer));
    ASSERT_EQ(read(socket).value().data, "h\xc3\xa4llo") << "split at " << split;
    ASSERT_EQ(read(socket).value().data.size(), 200u) << "split at " << split;
    ASSERT_EQ(read(socket).error().why, "bye") << "split at " << split;
  }
}

TEST_F(WebSocketTest, OverTls) {
  for (const bool polite : {true, false}) {
    Peer peer(lab.io, test::self_signed(), after_upgrade([polite](Connection& c) -> asio::awaitable<void> {
                const ClientFrame heard = co_await read_frame(c);
                co_await c.write(frame(text_frame, heard.payload + std::string(40'000, '!')));
                if (polite) co_await c.goodbye();
              }));
    WebSocket socket = opened(to(peer));
    EXPECT_TRUE(lab.entered(Phase::tls));
    EXPECT_TRUE(send(socket, "hello"));
    EXPECT_THAT(read(socket).value().data, testing::StartsWith("hello!!!"));
    expect_gone(read(socket), Reason::closed, "without a close frame", 1006);
    expect_gone(read(socket), Reason::closed, "without a close frame", 1006);
  }
}

TEST_F(WebSocketTest, CloseCodes) {
  struct Row {
    unsigned code;
    Reason reason;
    const char* words;
  };
  for (const auto& [code, reason, words] :
       {Row{1000, Reason::closed, "1000 (normal)"}, Row{1001, Reason::closed, "1001 (going away)"},
        Row{1003, Reason::closed, "1003"}, Row{1008, Reason::auth, "1008 (policy violation): \"because\""},
        Row{1011, Reason::closed, "1011 (internal error)"}, Row{1012, Reason::closed, "service restart"},
        Row{1013, Reason::closed, "try again later"},
        Row{1014, Reason::closed, "1014 (bad gateway): \"because\""}, Row{3000, Reason::auth, "unauthorized"},
        Row{3003, Reason::auth, "forbidden"}, Row{3999, Reason::closed, "3999"},
        Row{4001, Reason::auth, "4001"}, Row{4401, Reason::auth, "4401"}, Row{4403, Reason::auth, "4403"},
        Row{4404, Reason::closed, "4404"}, Row{4999, Reason::closed, "4999"}}) {
    const Read end = receive(closing(code, "because"));
    expect_gone(end, reason, words, code);
    EXPECT_EQ(end.error().why, "because");
  }
  for (const auto& [code, why] : {std::pair{1008U, "Connection limit exceeded (5 per user)"},
                                  {1008U, "Rate limit exceeded"},
                                  {1013U, "Too many connections for user"},
                                  {4008U, "too many sessions"},
                                  {4429U, "slow down"}})
    expect_gone(receive(closing(code, why)), Reason::rate_limited, why, code);
  expect_gone(receive(closing(1001, "too many")), Reason::closed, "going away", 1001);
  expect_gone(receive(frame(close_frame)), Reason::closed, "without a code", 1005);
}

TEST_F(WebSocketTest, AMessageAheadOfACloseIsRead) {
  Peer peer(lab.io, after_upgrade([](Connection& c) -> asio::awaitable<void> {
              co_await c.write(frame(text_frame, "NO_TOKEN") + closing(1008));
            }));
  WebSocket socket = opened(to(peer));
  EXPECT_TRUE(send(socket, std::string(50'000, 'x')));
  EXPECT_EQ(read(socket).value().data, "NO_TOKEN");
  expect_gone(read(socket), Reason::auth, "1008", 1008);
  expect_gone(read(socket), Reason::auth, "1008", 1008);
  EXPECT_FALSE(send(socket, "hello"));
  close(socket);
}

TEST_F(WebSocketTest, EndsWithoutAWord) {
  Peer leaving(lab.io, after_upgrade());
  WebSocket left = opened(to(leaving));
  expect_gone(read(left), Reason::closed, "without a close frame", 1006);
  Peer midway(lab.io, after_upgrade([](Connection& c) { return c.write(frame(text_frame, "half", false)); }));
  WebSocket half = opened(to(midway));
  expect_gone(read(half), Reason::closed, "in the middle of a message", 1006);
  Peer resetting(lab.io, after_upgrade([](Connection& c) -> asio::awaitable<void> {
                   co_await read_frame(c);
                   c.reset();
                 }));
  WebSocket reset = opened(to(resetting));
  EXPECT_TRUE(send(reset, "hello"));
  expect_gone(read(reset), Reason::reset, "connection reset");
}

TEST_F(WebSocketTest, GoodbyesAreAnsweredAndWaitedFor) {
  ClientFrame heard;
  Peer peer(lab.io, after_upgrade([&](Connection& c) -> asio::awaitable<void> {
              co_await c.write(frame(text_frame, "unread") + frame(ping));
              heard = co_await read_frame(c);
              co_await c.wait(30ms);
              co_await c.write(frame(binary, std::string(10'000, 'x')) + closing(1000));
              co_await c.hold();
            }));
  WebSocket socket = opened(to(peer));
  const Steady before = lab.clock.now();
  close(socket, 10s);
  const Duration took = lab.clock.now() - before;
  EXPECT_GE(took, 30ms);
  EXPECT_LT(took, 5s);
  EXPECT_EQ(heard.opcode, close_frame);
  EXPECT_EQ(heard.payload, "\x03\xe8");
  EXPECT_FALSE(read(socket));
}

TEST_F(WebSocketTest, AGoodbyeNobodyAnswersEndsInTime) {
  for (const bool chatty : {false, true}) {
    bool left = false;
    Peer peer(lab.io, after_upgrade([&, chatty](Connection& c) -> asio::awaitable<void> {
                try {
                  while (chatty) co_await c.write(frame(text_frame, std::string(1000, 'x')));
                  co_await c.hold();
                } catch (const boost::system::system_error&) {
                  left = true;
                }
              }));
    WebSocket socket = opened(to(peer));
    const Steady before = lab.clock.now();
    close(socket, 50ms);
    EXPECT_GE(lab.clock.now() - before, 50ms);
    EXPECT_LT(lab.clock.now() - before, 1s);
    lab.io.restart();
    lab.io.run_for(50ms);
    EXPECT_TRUE(left);
  }
}

TEST_F(WebSocketTest, CancelledAnywhereItEndsAtOnce) {
  Peer mute(lab.io, [](Connection& c) { return c.hold(); });
  EXPECT_LT(lab.cancelled_after(20ms, opening(to(mute))), 100ms);

  for (const bool tls : {false, true}) {
    const Peer::Script silent = after_upgrade([](Connection& c) { return c.hold(); });
    const Peer::Script deaf = after_upgrade([](Connection& c) { return c.wait(10s); });
    std::optional<Peer> peer, wall;
    tls ? peer.emplace(lab.io, test::self_signed(), silent) : peer.emplace(lab.io, silent);
    tls ? wall.emplace(lab.io, test::self_signed(), deaf) : wall.emplace(lab.io, deaf);
    {
      WebSocket socket = opened(to(*peer));
      EXPECT_LT(lab.cancelled_after(20ms, socket.read(lab.run)), 100ms);
    }
    {
      WebSocket socket = opened(to(*peer));
      EXPECT_LT(lab.cancelled_after(20ms, goodbye_and_sleep(socket)), 100ms);
    }
    WebSocket socket = opened(to(*wall));
    EXPECT_LT(lab.cancelled_after(50ms, socket.send(lab.run, std::string(30'000'000, 'x'))), 100ms);
    EXPECT_FALSE(send(socket, "more"));
  }
}

TEST_F(WebSocketTest, CancelledUnderAFloodItEndsAtOnce) {
  Peer peer(lab.io, after_upgrade([](Connection& c) -> asio::awaitable<void> {
              co_await c.write(frame(text_frame, "x", false));
              for (;;) co_await c.write(frame(continuation, {}, false) + frame(ping));
            }));
  WebSocketRequest request = to(peer);
  request.limits.pings_per_message = request.limits.fragments_per_message = std::size_t{1} << 40;
  WebSocket socket = opened(request);
  EXPECT_LT(lab.cancelled_after(50ms, socket.read(lab.run)), 100ms);
}

TEST_F(WebSocketTest, AReadThatWasCancelledMayBeBegunAgain) {
  bool go = false;
  Peer peer(lab.io, after_upgrade([&](Connection& c) -> asio::awaitable<void> {
              co_await c.write(frame(text_frame, "first half, ", false) + std::string("\x80\x06sec", 5));
              while (!go) co_await c.wait(5ms);
              co_await c.write("ond" + frame(text_frame, "another"));
              EXPECT_EQ((co_await read_frame(c)).payload, "meanwhile");
              co_await c.hold();
            }));
  WebSocket socket = opened(to(peer));
  lab.cancelled_after(20ms, socket.read(lab.run));
  EXPECT_TRUE(send(socket, "meanwhile"));
  lab.cancelled_after(20ms, socket.read(lab.run));
  go = true;
  EXPECT_EQ(read(socket).value().data, "first half, second");
  EXPECT_EQ(read(socket).value().data, "another");
  lab.cancelled_after(20ms, socket.read(lab.run));
  close(socket, 50ms);
  EXPECT_TRUE(peer.errors().empty());
}

TEST_F(WebSocketTest, ASocketMayBeLeftAtAnyMoment) {
  Peer peer(lab.io, after_upgrade([](Connection& c) { return c.hold(); }));
  Peer secure(lab.io, test::self_signed(), after_upgrade([](Connection& c) { return c.hold(); }));
  for (const Peer* at : {&peer, &secure}) {
    std::optional<WebSocket> socket = opened(to(*at));
    lab.cancelled_after(5ms, socket->read(lab.run));
    socket = opened(to(*at));
    EXPECT_TRUE(send(*socket, "hello"));
    socket.reset();
    lab.io.restart();
    lab.io.run_for(20ms);
  }
}

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)  // make a thousand exceptions dear
constexpr Duration grace = 4s;
#else
constexpr Duration grace = 100ms;
#endif

TEST_F(WebSocketTest, AThousandSilentServersEndAtTheirDeadline) {
  constexpr int sockets = 1000;
  Peer peer(lab.io, after_upgrade([](Connection& c) { return c.hold(); }));
  std::vector<WebSocket> open_sockets;
  for (int i = 0; i < sockets; ++i) open_sockets.push_back(opened(to(peer)));

  const Steady deadline = lab.clock.now() + 300ms;
  int ended = 0, late = 0;
  for (WebSocket& socket : open_sockets)
    asio::co_spawn(lab.io, within(lab.clock, deadline, socket.read(lab.run)),
                   [&](std::exception_ptr error, const std::optional<Read>& read) {
                     EXPECT_FALSE(error || read);
                     late += lab.clock.now() > deadline + grace;
                     ++ended;
                   });
  lab.io.restart();
  while (ended < sockets && lab.io.run_one_for(5s) > 0) continue;
  EXPECT_EQ(ended, sockets);
  EXPECT_EQ(late, 0);
}

}  // namespace
}  // namespace answerback::net
