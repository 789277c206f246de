// One exchange: what is sent, what a response gives, redirects, streams, and the end by cancellation.

#include "net/http.h"

#include <gmock/gmock.h>

#include "lab.h"

namespace answerback::net {
namespace {

using namespace std::chrono_literals;
using test::Connection;
using test::Peer;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

using Answer = std::expected<HttpResponse, Failure>;

struct HttpTest : testing::Test {
  Lab lab;
  std::vector<std::string> requests;

  // Answers the n-th connection with the n-th text, the last one for ever.
  Peer::Script recording(std::vector<std::string> answers) {
    return [this, answers](Connection& c) -> asio::awaitable<void> {
      requests.push_back(co_await c.read_http());
      co_await c.write(answers[std::min(c.index(), answers.size() - 1)]);
    };
  }
};

std::string ok(std::string_view body = "ok") {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}
std::string moved(std::string_view to, int status = 302) {
  return "HTTP/1.1 " + std::to_string(status) + " Moved\r\nLocation: " + std::string(to) +
         "\r\nContent-Length: 0\r\n\r\n";
}

void expect_failure(const Answer& answer, Reason reason, std::string_view words) {
  ASSERT_FALSE(answer) << "answered " << answer->status;
  EXPECT_EQ(name(answer.error().reason), name(reason)) << answer.error().detail;
  EXPECT_THAT(answer.error().detail, HasSubstr(std::string(words)));
}

// The peer's next read: what the client's way of closing looks like from there.
std::string farewell_to(Lab& lab, Headers headers) {
  std::string farewell = "none";
  Peer peer(lab.io, [&farewell](Connection& c) -> asio::awaitable<void> {
    (void)co_await c.read_http();
    co_await c.write(ok());
    try {
      (void)co_await c.read_some();
    } catch (const boost::system::system_error& error) {
      farewell = error.code() == asio::error::connection_reset ? "reset"
                 : error.code() == asio::error::eof            ? "end"
                                                               : error.what();
    }
  });
  HttpRequest request = Lab::to(peer.url("/"));
  request.headers = std::move(headers);
  EXPECT_TRUE(lab.get(request));
  for (int i = 0; i < 100 && farewell == "none"; ++i) lab.io.run_for(10ms);
  return farewell;
}

TEST_F(HttpTest, ACompleteExchangeIsClosedByAResetUnlessTheConnectionIsTheirsToKeep) {
  EXPECT_EQ(farewell_to(lab, {}), "reset");
  EXPECT_EQ(farewell_to(lab, {{"Connection", "keep-alive"}}), "end");
}

TEST_F(HttpTest, AResponseItsPhasesMeasuresAndBytes) {
  const std::string bytes = "HTTP/1.1 404 Not Found\r\nX-A: 1\r\nx-b:  two \r\nContent-Length: 4\r\n\r\nbody";
  Peer peer(lab.io, recording({bytes}));
  const Answer answer = lab.get(peer.url("/path?q=1"));
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->status, 404u);
  EXPECT_EQ(answer->body, "body");
  EXPECT_EQ(*find_header(answer->headers, "x-a"), "1");
  EXPECT_EQ(*find_header(answer->headers, "X-B"), "two");
  EXPECT_EQ(find_header(answer->headers, "X-C"), nullptr);
  EXPECT_EQ(answer->url.target, "/path?q=1");
  EXPECT_EQ(lab.sample(Measure::http_status)->value, 404);
  EXPECT_EQ(lab.sample(Measure::body_bytes)->value, 4);
  EXPECT_EQ(lab.evidence.bytes_sent(), requests.at(0).size());
  EXPECT_EQ(lab.evidence.bytes_received(), bytes.size());
  EXPECT_TRUE(lab.entered(Phase::connect));
  EXPECT_TRUE(lab.entered(Phase::processing));
  EXPECT_TRUE(lab.entered(Phase::transfer));
}

TEST_F(HttpTest, TheEndIsTheLengthAndNotTheHangUp) {
  Peer peer(lab.io, [](Connection& c) -> asio::awaitable<void> {
    co_await c.read_http();
    co_await c.write(ok());
    co_await c.hold();
  });
  const Steady before = lab.clock.now();
  EXPECT_EQ(lab.get(peer.url())->body, "ok");
  EXPECT_LT(lab.clock.now() - before, 2s);
}

TEST_F(HttpTest, ResponsesWithoutABody) {
  for (const char* status : {"204 No Content", "304 Not Modified"}) {
    Peer peer(lab.io, recording({"HTTP/1.1 " + std::string(status) + "\r\nContent-Length: 10\r\n\r\n"}));
    EXPECT_EQ(lab.get(peer.url())->body, "");
  }
  Peer peer(lab.io, recording({"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"}));
  HttpRequest request = Lab::to(peer.url());
  request.method = "HEAD";
  EXPECT_EQ(lab.get(request)->status, 200u);
}

TEST_F(HttpTest, ABodyThatEndsWithTheConnection) {
  Peer peer(lab.io, recording({"HTTP/1.0 200 OK\r\n\r\nuntil the end"}));
  EXPECT_EQ(lab.get(peer.url())->body, "until the end");
}

TEST_F(HttpTest, InformationalResponsesAreSkippedUpToABound) {
  const std::string early = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
  Peer peer(lab.io, recording({early + early + ok()}));
  const Answer answer = lab.get(peer.url());
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->status, 200u);
  EXPECT_EQ(find_header(answer->headers, "Link"), nullptr);

  std::string flood;
  for (int i = 0; i < 100; ++i) flood += early;
  Peer flooding(lab.io, recording({flood}));
  expect_failure(lab.get(flooding.url()), Reason::protocol, "informational");
}

TEST_F(HttpTest, ACompressedBodyIsKeptAsItCame) {
  Peer peer(
      lab.io,
      recording({"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08"}));
  EXPECT_EQ(lab.get(peer.url())->body, "\x1f\x8b\x08");
  EXPECT_THAT(lab.phases.note(), HasSubstr("compressed"));
}

TEST_F(HttpTest, WhatAServerSaysBeforeItHasReadEverythingCounts) {
  Peer peer(lab.io, [](Connection& c) -> asio::awaitable<void> {
    co_await c.read_until("\r\n\r\n");
    co_await c.write("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
    co_await c.hold();
  });
  HttpRequest request = Lab::to(peer.url());
  request.method = "POST";
  request.body.assign(300'000, 'x');
  const Answer answer = lab.get(request);
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->status, 413u);
}

TEST_F(HttpTest, OverTls) {
  const test::Authority ca;
  const test::TempFile ca_file(ca.pem());
  Peer peer(lab.io, ca.issue({.names = {"127.0.0.1"}}), recording({ok("secret")}));
  HttpRequest request = Lab::to(peer.url());
  request.tls.ca_file = ca_file.path();
  const Answer answer = lab.get(request);
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->body, "secret");
  EXPECT_NE(lab.sample(Measure::certificate_expiry), nullptr);
}

TEST_F(HttpTest, ATlsEndWithoutCloseNotifyIsNoEndOfABody) {
  const test::Identity identity = test::self_signed();
  for (const bool polite : {true, false}) {
    Peer peer(lab.io, identity, [polite](Connection& c) -> asio::awaitable<void> {
      co_await c.read_http();
      co_await c.write("HTTP/1.1 200 OK\r\n\r\nhalf");
      if (polite) co_await c.goodbye();
    });
    HttpRequest request = Lab::to(peer.url());
    request.tls.insecure_skip_verify = true;
    const Answer answer = lab.get(request);
    if (polite) {
      EXPECT_EQ(answer.value().body, "half");
    } else {
      expect_failure(answer, Reason::truncated, "close_notify");
    }
  }
}

TEST_F(HttpTest, AClientCertificateAskedForAfterTheHandshakeIsNamed) {
  const test::Authority clients;
  Peer peer(lab.io, test::self_signed(), [](Connection& c) { return c.hold(); },
            {.client_ca = clients.pem()});
  HttpRequest request = Lab::to(peer.url());
  request.tls.insecure_skip_verify = true;
  expect_failure(lab.get(request), Reason::tls_protocol, "client certificate");
}

TEST_F(HttpTest, RedirectsAreLeftAloneUnlessAskedFor) {
  Peer peer(lab.io, recording({moved("/next"), ok()}));
  EXPECT_EQ(lab.get(peer.url())->status, 302u);
}

TEST_F(HttpTest, ARedirectInsideTheOriginTakesHeadersAlong) {
  Peer peer(lab.io, recording({moved("/next?a=b"), ok()}));
  HttpRequest request = Lab::to(peer.url());
  request.redirects = 3;
  request.headers = {{"X-Api-Key", "s3cret"}};
  const Answer answer = lab.get(request);
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->url.target, "/next?a=b");
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_THAT(requests[1],
              AllOf(StartsWith("GET /next?a=b HTTP/1.1\r\n"), HasSubstr("X-Api-Key: s3cret\r\n")));
}

TEST_F(HttpTest, NothingConfiguredLeavesTheOrigin) {
  Peer other(lab.io, recording({ok()}));
  Peer peer(lab.io, test::answer(moved(other.url("/there"))));
  HttpRequest request = Lab::to("http://user:pass@127.0.0.1:" + std::to_string(peer.port()) + "/");
  request.redirects = 1;
  request.headers = {{"X-Api-Key", "s3cret"}, {"Authorization", "Bearer s3cret"}, {"Cookie", "s3cret"}};
  ASSERT_TRUE(lab.get(request));
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_THAT(requests[0],
              AllOf(StartsWith("GET /there "), Not(HasSubstr("s3cret")), Not(HasSubstr("Authorization"))));

  request.method = "POST";
  request.body = "s3cret";
  Peer repeat(lab.io, test::answer(moved(other.url(), 307)));
  request.url.port = repeat.port();
  expect_failure(lab.get(request), Reason::protocol, "body sent to another origin");
  EXPECT_EQ(requests.size(), 1u);
}

TEST_F(HttpTest, TheMethodAfterARedirect) {
  struct Row {
    int status;
    const char *method, *then;
  };
  for (const auto& [status, method, then] :
       {Row{301, "POST", "GET"}, Row{302, "POST", "GET"}, Row{303, "POST", "GET"}, Row{303, "PUT", "GET"},
        Row{303, "HEAD", "HEAD"}, Row{302, "PUT", "PUT"}, Row{307, "POST", "POST"},
        Row{308, "POST", "POST"}}) {
    requests.clear();
    Peer peer(lab.io, recording({moved("/next", status), "HTTP/1.1 204 No Content\r\n\r\n"}));
    HttpRequest request = Lab::to(peer.url());
    request.redirects = 1;
    request.method = method;
    if (std::string_view(method) != "HEAD") request.body = "data";
    const Answer answer = lab.get(request);
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_THAT(requests.at(1), StartsWith(then + std::string(" /next"))) << status << method;
    EXPECT_EQ(requests.at(1).ends_with("data"), std::string_view(method) == then && request.body == "data")
        << status << method;
  }
}

TEST_F(HttpTest, ARedirectLoopEnds) {
  Peer peer(lab.io, recording({moved("/again")}));
  HttpRequest request = Lab::to(peer.url());
  request.redirects = 3;
  expect_failure(lab.get(request), Reason::status, "redirected more than 3 times");
  EXPECT_EQ(requests.size(), 4u);
}

TEST_F(HttpTest, RedirectsThatAreRefused) {
  for (const char* location : {"file:///etc/passwd", "gopher://x/", "http://", ""}) {
    Peer peer(lab.io, recording({moved(location)}));
    HttpRequest request = Lab::to(peer.url());
    request.redirects = 3;
    expect_failure(lab.get(request), Reason::protocol, "redirect refused");
  }
  Peer plain(lab.io, recording({ok()}));
  requests.clear();
  Peer peer(lab.io, test::self_signed(), test::answer(moved(plain.url())));
  HttpRequest request = Lab::to(peer.url());
  request.redirects = 3;
  request.tls.insecure_skip_verify = true;
  expect_failure(lab.get(request), Reason::protocol, "from https to http");
  EXPECT_TRUE(requests.empty());
}

TEST_F(HttpTest, AStreamIsHandedOverAsItComes) {
  Peer peer(lab.io, [](Connection& c) -> asio::awaitable<void> {
    co_await c.read_http();
    co_await c.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (const char* event : {"data: 1\n\n", "data: 2\n\n"}) {
      co_await c.write("9\r\n" + std::string(event) + "\r\n");
      co_await c.wait(20ms);
    }
    co_await c.hold();
  });
  std::vector<std::string> pieces;
  unsigned head = 0;
  const HttpRequest request = Lab::to(peer.url());
  const Answer answer = test::finish(
      lab.io, fetch_stream(lab.run, lab.transport, request,
                           {.on_head = [&](const HttpResponse& r) { return head = r.status, true; },
                            .on_data =
                                [&](std::string_view piece) {
                                  return pieces.emplace_back(piece), pieces.size() < 2;
                                }}));
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(head, 200u);
  EXPECT_THAT(pieces, ElementsAre("data: 1\n\n", "data: 2\n\n"));
  EXPECT_EQ(answer->body, "");
  EXPECT_EQ(lab.sample(Measure::body_bytes)->value, 18);
}

TEST_F(HttpTest, AStreamMayBeRefusedByItsHead) {
  Peer peer(lab.io, [](Connection& c) -> asio::awaitable<void> {
    co_await c.read_http();
    co_await c.write("HTTP/1.1 401 No\r\nContent-Length: 5\r\n\r\n");
    co_await c.hold();
  });
  const HttpRequest request = Lab::to(peer.url());
  const Answer answer = test::finish(
      lab.io,
      fetch_stream(lab.run, lab.transport, request,
                   {.on_head = [](const HttpResponse& r) { return r.status == 200; }, .on_data = {}}));
  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_EQ(answer->status, 401u);
}

TEST_F(HttpTest, AClosedPortAndASilentOrVanishingPeer) {
  std::uint16_t closed = 0;
  {
    closed = Peer(lab.io, test::answer("")).port();
  }
  lab.io.poll();
  expect_failure(lab.get("http://127.0.0.1:" + std::to_string(closed) + "/"), Reason::connect_refused,
                 "refused");

  Peer mute(lab.io, test::answer(""));
  expect_failure(lab.get(mute.url()), Reason::truncated, "closed the connection without answering");
  Peer resets(lab.io, [](Connection& c) -> asio::awaitable<void> {
    co_await c.read_http();
    c.reset();
  });
  expect_failure(lab.get(resets.url()), Reason::reset, "reset");
  Peer resets_later(lab.io, [](Connection& c) -> asio::awaitable<void> {
    co_await c.read_http();
    co_await c.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    co_await c.wait(20ms);
    c.reset();
  });
  expect_failure(lab.get(resets_later.url()), Reason::reset, "reset");
}

TEST_F(HttpTest, APeerOfAByteASecondEndsWithTheCancellation) {
  Peer peer(lab.io, [](Connection& c) -> asio::awaitable<void> {
    co_await c.read_http();
    co_await c.write_slowly(ok(), 1, 1s);
  });
  const HttpRequest request = Lab::to(peer.url());
  EXPECT_LT(lab.cancelled_after(200ms, fetch(lab.run, lab.transport, request)), 500ms);
  EXPECT_EQ(lab.phases.current(), Phase::transfer);
}

TEST_F(HttpTest, SilenceEndsWithTheCancellationInEveryPhase) {
  Peer mute(lab.io, [](Connection& c) { return c.hold(); });
  HttpRequest request = Lab::to(mute.url());
  EXPECT_LT(lab.cancelled_after(50ms, fetch(lab.run, lab.transport, request)), 500ms);
  EXPECT_EQ(lab.phases.current(), Phase::processing);

  Peer deaf(lab.io, [](Connection& c) { return c.wait(1h); });
  request = Lab::to(deaf.url());
  request.method = "POST";
  request.body.assign(16 * 1024 * 1024, 'x');
  EXPECT_LT(lab.cancelled_after(100ms, fetch(lab.run, lab.transport, request)), 500ms);

  request = Lab::to("https://127.0.0.1:" + std::to_string(mute.port()) + "/");
  EXPECT_LT(lab.cancelled_after(50ms, fetch(lab.run, lab.transport, request)), 500ms);
  EXPECT_EQ(lab.phases.current(), Phase::tls);
}

}  // namespace
}  // namespace answerback::net
