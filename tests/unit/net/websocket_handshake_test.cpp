// The opening handshake: what is asked, which answers count, and how the others are told.

#include <gmock/gmock.h>

#include "websocket_lab.h"

namespace answerback::net {
namespace {

using namespace std::chrono_literals;
using test::Connection;
using test::Peer;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

struct WebSocketHandshake : WebSocketTest {
  void expect_refused(const Opened& opened, Reason reason, const std::string& words, unsigned status) {
    ASSERT_FALSE(opened);
    const Refusal& refusal = opened.error();
    EXPECT_EQ(name(refusal.failure.reason), name(reason)) << refusal.failure.detail;
    EXPECT_THAT(refusal.failure.detail, HasSubstr(words));
    EXPECT_EQ(refusal.status, status);
  }
  Opened answered(const std::string& bytes, WebSocketRequest request = {}) {
    Peer peer(lab.io, test::answer(bytes));
    request.url = to(peer).url;
    return open(request);
  }
  // An upgrade with these header lines in place of the right ones.
  Opened answered_with(const std::function<std::string(const std::string& request)>& answer,
                       WebSocketRequest request = {}) {
    Peer peer(lab.io, [&](Connection& c) -> asio::awaitable<void> {
      const std::string asked = co_await c.read_http();
      co_await c.write(answer(asked));
      co_await c.hold();
    });
    request.url = to(peer).url;
    return open(request);
  }
};

TEST_F(WebSocketHandshake, TheKeyAndItsAnswerAreThoseOfTheStandard) {
  EXPECT_EQ(websocket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");  // RFC 6455 1.3
  EXPECT_EQ(
      websocket_key({{'t', 'h', 'e', ' ', 's', 'a', 'm', 'p', 'l', 'e', ' ', 'n', 'o', 'n', 'c', 'e'}, {}}),
      "dGhlIHNhbXBsZSBub25jZQ==");
}

TEST_F(WebSocketHandshake, WhatIsAsked) {
  Peer peer(lab.io, after_upgrade());
  WebSocketRequest request = to(peer, "/ws?token=a");
  request.headers = {{"Origin", "https://app.test"},
                     {"Authorization", "Bearer t"},
                     {"Upgrade", "h2c"},
                     {"sec-websocket-key", "mine"}};
  request.subprotocols = {"jwt-auth", "jwt.abc"};
  ASSERT_TRUE(open(request));
  const std::string& asked = requests.at(0);
  EXPECT_THAT(asked, StartsWith("GET /ws?token=a HTTP/1.1\r\n"));
  EXPECT_EQ(header_of(asked, "Host"), "127.0.0.1:" + std::to_string(peer.port()));
  EXPECT_EQ(header_of(asked, "Connection"), "Upgrade");
  EXPECT_EQ(header_of(asked, "Upgrade"), "websocket");
  EXPECT_EQ(header_of(asked, "Sec-WebSocket-Version"), "13");
  EXPECT_EQ(header_of(asked, "Sec-WebSocket-Key"), websocket_key(lab.run.id));
  EXPECT_EQ(header_of(asked, "Sec-WebSocket-Protocol"), "jwt-auth, jwt.abc");
  EXPECT_THAT(header_of(asked, "Sec-WebSocket-Extensions"), StartsWith("permessage-deflate"));
  EXPECT_EQ(header_of(asked, "Origin"), "https://app.test");
  EXPECT_EQ(header_of(asked, "Authorization"), "Bearer t");
  EXPECT_THAT(header_of(asked, "User-Agent"), StartsWith("answerback/"));
  EXPECT_EQ(header_of(asked, "traceparent"), traceparent(lab.run.id));
  EXPECT_THAT(asked, AllOf(Not(HasSubstr("h2c")), Not(HasSubstr("mine"))));
  for (const Phase phase : {Phase::connect, Phase::upgrade}) EXPECT_TRUE(lab.entered(phase));

  request.deflate = false;
  request.subprotocols.clear();
  ASSERT_TRUE(open(request));
  EXPECT_THAT(requests.at(1), AllOf(Not(HasSubstr("Extensions")), Not(HasSubstr("Sec-WebSocket-Protocol"))));
}

TEST_F(WebSocketHandshake, WhatTheServerChose) {
  Peer peer(lab.io, after_upgrade({}, "Sec-WebSocket-Protocol: b\r\nX-Server: s\r\n"));
  WebSocketRequest request = to(peer);
  request.subprotocols = {"a", "b"};
  const Opened socket = open(request);
  ASSERT_TRUE(socket) << socket.error().failure.detail;
  EXPECT_EQ(socket->subprotocol(), "b");
  EXPECT_EQ(*find_header(socket->response_headers(), "x-server"), "s");

  Peer silent(lab.io, after_upgrade());
  request.url = to(silent).url;
  EXPECT_EQ(open(request)->subprotocol(), "");
}

TEST_F(WebSocketHandshake, ASubprotocolThatWasNotOffered) {
  WebSocketRequest request;
  for (const auto& offered : {std::vector<std::string>{}, {"a", "b"}, {"c, d"}}) {
    request.subprotocols = offered;
    expect_refused(
        answered_with([](const auto& r) { return accepted(r, "Sec-WebSocket-Protocol: c\r\n"); }, request),
        Reason::subprotocol, "\"c\", which was not offered", 101);
  }
}

TEST_F(WebSocketHandshake, Refusals) {
  const auto response = [](const std::string& status, const std::string& more = {}) {
    return "HTTP/1.1 " + status + " ?\r\n" + more + "Content-Length: 4\r\n\r\nwhy?";
  };
  expect_refused(answered(response("401")), Reason::auth, "answered 401", 401);
  for (const unsigned status : {400u, 403u, 404u, 426u, 500u, 503u}) {
    const Opened opened = answered(response(std::to_string(status)));
    expect_refused(opened, Reason::upgrade_refused, "answered " + std::to_string(status), status);
    EXPECT_EQ(opened.error().body, "why?");
  }
  expect_refused(answered(response("200")), Reason::upgrade_refused, "does not speak WebSocket", 200);
  expect_refused(answered(response("302", "Location: https://login.test/in?token=s3cret\r\n")),
                 Reason::upgrade_refused, "redirecting to https://login.test/in", 302);
  EXPECT_THAT(answered(response("307", "Location: /in?token=s3cret\r\n")).error().failure.detail,
              Not(HasSubstr("s3cret")));
}

TEST_F(WebSocketHandshake, OnlyTheBeginningOfARefusalIsKept) {
  const Opened endless = answered_with([](const auto&) {
    return "HTTP/1.1 500 ?\r\nContent-Length: 99999999999\r\n\r\n" + std::string(3'000'000, 'x');
  });
  expect_refused(endless, Reason::upgrade_refused, "answered 500", 500);
  EXPECT_EQ(endless.error().body, std::string(1024, 'x'));
  EXPECT_LT(lab.evidence.bytes_received(), 100'000u);
}

TEST_F(WebSocketHandshake, ARefusalWhoseBodyNeverComesIsStillARefusal) {
  const Steady before = lab.clock.now();
  for (const char* more : {"Content-Length: 10\r\n", "Transfer-Encoding: chunked\r\n", ""}) {
    const Opened opened =
        answered_with([more](const auto&) { return "HTTP/1.1 403 ?\r\n" + std::string(more) + "\r\n"; });
    expect_refused(opened, Reason::upgrade_refused, "answered 403", 403);
  }
  EXPECT_LT(lab.clock.now() - before, 3s);
  expect_refused(answered("HTTP/1.1 403 ?\r\nContent-Length: 10\r\n\r\nhalf"), Reason::upgrade_refused, "403",
                 403);
  expect_refused(answered("HTTP/1.1 403 ?\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"),
                 Reason::upgrade_refused, "403", 403);
}

TEST_F(WebSocketHandshake, SwitchesThatAreNone) {
  const auto without = [](std::string line) {
    return [line](const std::string& request) {
      std::string answer = accepted(request);
      const std::size_t at = answer.find(line);
      return answer.erase(at, answer.find("\r\n", at) + 2 - at);
    };
  };
  expect_refused(answered_with(without("Upgrade: ")), Reason::protocol, "without \"Upgrade: websocket\"",
                 101);
  expect_refused(answered_with(without("Connection: ")), Reason::protocol, "without \"Connection: Upgrade\"",
                 101);
  expect_refused(answered_with(without("Sec-WebSocket-Accept: ")), Reason::protocol,
                 "without Sec-WebSocket-Accept", 101);
  expect_refused(answered_with([](const auto&) {
                   return accepted("\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
                 }),
                 Reason::protocol, "not the answer to our key", 101);
}

TEST_F(WebSocketHandshake, ExtensionsNobodyAskedFor) {
  const auto using_extension = [&](const std::string& extension, bool deflate) {
    WebSocketRequest request;
    request.deflate = deflate;
    return answered_with(
        [&](const auto& asked) { return accepted(asked, "Sec-WebSocket-Extensions: " + extension + "\r\n"); },
        request);
  };
  expect_refused(using_extension("permessage-deflate", false), Reason::protocol, "nobody asked", 101);
  expect_refused(using_extension("x-webkit-frame", true), Reason::protocol, "\"x-webkit-frame\"", 101);
  expect_refused(using_extension("permessage-deflate, permessage-deflate", true), Reason::protocol,
                 "nobody asked", 101);
  for (const char* parameter : {"window=3", "server_max_window_bits=16", "server_max_window_bits",
                                "client_max_window_bits=x", "server_no_context_takeover=1"})
    expect_refused(using_extension("permessage-deflate; " + std::string(parameter), true), Reason::protocol,
                   "means nothing", 101);
  EXPECT_TRUE(using_extension("permessage-deflate", true));
  EXPECT_TRUE(
      using_extension("Permessage-Deflate; server_no_context_takeover; client_max_window_bits=8", true));
}

TEST_F(WebSocketHandshake, AnswersThatAreNoHttp) {
  expect_refused(answered("SSH-2.0-OpenSSH_9.2\r\n"), Reason::protocol, "it begins \"SSH-2.0", 0);
  expect_refused(answered(frame(text_frame, "hello")), Reason::protocol, "not a valid HTTP response", 0);
  expect_refused(answered(""), Reason::truncated, "without answering the upgrade", 0);
  expect_refused(answered("HTTP/1.1 101 Switch"), Reason::truncated, "in the middle", 0);
  Peer resetting(lab.io, [](Connection& c) -> asio::awaitable<void> {
    co_await c.read_http();
    c.reset();
  });
  expect_refused(open(to(resetting)), Reason::reset, "waiting for the upgrade", 0);
}

TEST_F(WebSocketHandshake, AHeaderWithoutEnd) {
  Peer peer(lab.io, [](Connection& c) -> asio::awaitable<void> {
    co_await c.read_http();
    co_await c.write("HTTP/1.1 101 Switching Protocols\r\n");
    for (;;) co_await c.write("X-" + std::string(500, 'x') + ": y\r\n");
  });
  expect_refused(open(to(peer)), Reason::too_large, "header", 0);
  EXPECT_LT(lab.evidence.bytes_received(), 200'000u);
}

TEST_F(WebSocketHandshake, ALongHeaderWithMessagesRightBehindIt) {
  const std::string cookie = "Set-Cookie: " + std::string(30'000, 'c') + "\r\n";
  const std::string messages = frame(text_frame, std::string(5000, 'a')) + frame(text_frame, "b");
  Peer peer(lab.io, [&](Connection& c) -> asio::awaitable<void> {
    const std::string request = co_await c.read_http();
    co_await c.write(accepted(request, cookie) + messages);
    co_await c.hold();
  });
  WebSocket socket = opened(to(peer));
  EXPECT_EQ(read(socket).value().data.size(), 5000u);
  EXPECT_EQ(read(socket).value().data, "b");
}

TEST_F(WebSocketHandshake, TheAnswerMayComeByteByByte) {
  Peer peer(lab.io, [](Connection& c) -> asio::awaitable<void> {
    const std::string request = co_await c.read_http();
    co_await c.write_slowly(accepted(request) + frame(text_frame, "hello"), 1, 0ms);
    co_await c.hold();
  });
  WebSocket socket = opened(to(peer));
  EXPECT_EQ(read(socket).value().data, "hello");
}

TEST_F(WebSocketHandshake, NothingIsSentThatWouldWriteHeadersOfItsOwn) {
  Peer peer(lab.io, after_upgrade());
  WebSocketRequest request = to(peer);
  request.subprotocols = {"a\r\nX: y"};
  expect_refused(open(request), Reason::protocol, "line break", 0);
  request = to(peer);
  request.headers = {{"X", "a\nb"}};
  expect_refused(open(request), Reason::protocol, "line break", 0);
  EXPECT_EQ(peer.accepted(), 0u);
}

TEST_F(WebSocketHandshake, ThroughAProxy) {
  Peer server(lab.io, sending(frame(text_frame, "hello")));
  std::string asked;
  Peer proxy(lab.io, [&](Connection& c) -> asio::awaitable<void> {
    asked = co_await c.read_http();
    co_await c.write("HTTP/1.1 200 OK\r\n\r\n");
    const std::string request = co_await c.read_http();
    co_await c.write(accepted(request) + frame(text_frame, "hello"));
    co_await c.hold();
  });
  const std::string url = "http://127.0.0.1:" + std::to_string(proxy.port());
  lab.proxies = Proxies([url](const std::string& name) -> std::optional<std::string> {
    if (name == "http_proxy") return url;
    return std::nullopt;
  });
  WebSocket socket = opened(to(server));
  EXPECT_EQ(read(socket).value().data, "hello");
  EXPECT_THAT(asked, StartsWith("CONNECT 127.0.0.1:" + std::to_string(server.port())));
  EXPECT_TRUE(lab.entered(Phase::proxy));
  EXPECT_EQ(server.accepted(), 0u);
}

}  // namespace
}  // namespace answerback::net
