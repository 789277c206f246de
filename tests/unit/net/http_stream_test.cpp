// An exchange taken step by step: nothing is lost between two steps, and an end is told from a break.

#include "net/http_stream.h"

#include <gmock/gmock.h>

#include "lab.h"
#include "probe/within.h"

namespace answerback::net {
namespace {

using namespace std::chrono_literals;
using test::Connection;
using test::Peer;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const std::string chunked =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

struct Heard {
  unsigned status = 0;
  std::vector<std::string> pieces;
  std::optional<Failure> failure;
  bool complete = false;
  std::string text() const {
    std::string all;
    for (const std::string& piece : pieces) all += piece;
    return all;
  }
};

asio::awaitable<void> read_into(Run& run, HttpStream& stream,
                                std::optional<std::expected<void, Failure>>& read) {
  read.emplace(co_await stream.read(run));
}

// Reads to the end, each read cut short after `patience` and begun again.
asio::awaitable<Heard> converse(Lab& lab, HttpRequest request, Duration patience) {
  Heard heard;
  auto stream =
      co_await HttpStream::connect(lab.run, lab.transport, request.url, request.tls, request.limits);
  if (!stream) {
    heard.failure = stream.error();
    co_return heard;
  }
  if (auto sent = co_await stream->send(lab.run, request); !sent) {
    heard.failure = sent.error();
    co_return heard;
  }
  while (!heard.complete && !heard.failure) {
    std::optional<std::expected<void, Failure>> read;
    co_await within(lab.clock, lab.clock.now() + patience, read_into(lab.run, *stream, read));
    if (std::string piece = stream->take(); !piece.empty()) heard.pieces.push_back(std::move(piece));
    if (read && !*read) heard.failure = read->error();
    heard.complete = stream->complete();
  }
  if (stream->head()) heard.status = stream->head()->status;
  co_return heard;
}

struct HttpStreamTest : testing::Test {
  Lab lab;
  std::string request;

  Peer::Script saying(std::string bytes, std::size_t piece = 0, std::chrono::milliseconds pause = 0ms) {
    return [this, bytes, piece, pause](Connection& c) -> asio::awaitable<void> {
      request = co_await c.read_http();
      co_await c.write_slowly(bytes, piece == 0 ? bytes.size() : piece, pause);
    };
  }
  Heard hear(const HttpRequest& to, Duration patience = 5s) {
    return test::finish(lab.io, converse(lab, to, patience));
  }
  Heard hear(Peer::Script script) {
    Peer peer(lab.io, std::move(script));
    return hear(Lab::to(peer.url()));
  }
};

TEST_F(HttpStreamTest, PiecesComeAsTheyAreSent) {
  Peer peer(lab.io, [this](Connection& c) -> asio::awaitable<void> {
    request = co_await c.read_http();
    co_await c.write(chunked);
    for (const char* piece : {"3\r\none\r\n", "3\r\ntwo\r\n", "0\r\n\r\n"}) {
      co_await c.wait(20ms);
      co_await c.write(piece);
    }
    co_await c.hold();
  });
  HttpRequest to = Lab::to(peer.url("/run"));
  to.method = "POST";
  to.body = "{}";
  const Heard heard = hear(to);
  EXPECT_EQ(heard.status, 200u);
  EXPECT_THAT(heard.pieces, ElementsAre("one", "two"));
  EXPECT_TRUE(heard.complete);
  EXPECT_THAT(request, AllOf(StartsWith("POST /run HTTP/1.1\r\n"), HasSubstr("\r\ntraceparent: 00-"),
                             HasSubstr("\r\nUser-Agent: answerback/"), testing::EndsWith("\r\n\r\n{}")));
  EXPECT_EQ(lab.sample(Measure::http_status)->value, 200);
  EXPECT_EQ(lab.evidence.bytes_sent(), request.size());
}

TEST_F(HttpStreamTest, AReadThatIsCutShortLosesNothing) {
  std::string bytes = chunked, wanted;
  for (int i = 0; i < 30; ++i) {
    const std::string word = std::to_string(i) + ";";
    bytes += std::to_string(word.size()) + "\r\n" + word + "\r\n";
    wanted += word;
  }
  bytes += "0\r\n\r\n";
  const test::Authority ca;
  const test::TempFile file(ca.pem());
  for (const bool tls : {false, true}) {
    SCOPED_TRACE(tls ? "https" : "http");
    std::optional<Peer> peer;
    if (tls)
      peer.emplace(lab.io, ca.issue({.names = {"127.0.0.1"}}), saying(bytes, 5, 2ms));
    else
      peer.emplace(lab.io, saying(bytes, 5, 2ms));
    HttpRequest to = Lab::to(peer->url());
    to.tls = {.ca_file = file.path()};
    const Heard heard = hear(to, 1ms);
    EXPECT_FALSE(heard.failure) << heard.failure->detail;
    EXPECT_TRUE(heard.complete);
    EXPECT_EQ(heard.text(), wanted);
  }
}

TEST_F(HttpStreamTest, ABreakIsNoEnd) {
  const Heard cut = hear(saying(chunked + "3\r\none\r\n"));
  EXPECT_EQ(cut.text(), "one");
  ASSERT_TRUE(cut.failure);
  EXPECT_EQ(name(cut.failure->reason), "truncated");
  EXPECT_FALSE(cut.complete);

  const Heard short_one = hear(saying("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"));
  EXPECT_EQ(name(short_one.failure.value().reason), "truncated");
  EXPECT_EQ(short_one.text(), "half");

  const Heard reset = hear([](Connection& c) -> asio::awaitable<void> {
    co_await c.read_http();
    co_await c.write(chunked);
    co_await c.wait(20ms);
    c.reset();
  });
  EXPECT_EQ(name(reset.failure.value().reason), "reset");

  const Heard silent = hear([](Connection& c) -> asio::awaitable<void> { co_await c.read_http(); });
  EXPECT_EQ(name(silent.failure.value().reason), "truncated");
}

TEST_F(HttpStreamTest, ABodyMayEndWithTheConnection) {
  const Heard heard = hear(saying("HTTP/1.0 200 OK\r\n\r\nall of it"));
  EXPECT_EQ(heard.text(), "all of it");
  EXPECT_TRUE(heard.complete);
}

TEST_F(HttpStreamTest, AnEndlessBodyIsCapped) {
  Peer peer(lab.io, [](Connection& c) -> asio::awaitable<void> {
    co_await c.read_http();
    co_await c.write(chunked);
    for (;;) co_await c.write("400\r\n" + std::string(1024, 'x') + "\r\n");
  });
  HttpRequest to = Lab::to(peer.url());
  to.limits.body_bytes = 100'000;
  const Heard heard = hear(to);
  EXPECT_EQ(name(heard.failure.value().reason), "too_large");
  EXPECT_LE(heard.text().size(), 100'000u);
}

TEST_F(HttpStreamTest, AProxyIsGivenTheAbsoluteForm) {
  Peer proxy(lab.io, saying("HTTP/1.1 407 Who Are You\r\nContent-Length: 0\r\n\r\n"));
  lab.proxies = Proxies([url = proxy.url()](const std::string& name) {
    return name == "http_proxy" ? std::optional(url) : std::nullopt;
  });
  const Heard heard = hear(Lab::to("http://far.test/run"));
  EXPECT_THAT(request, StartsWith("GET http://far.test/run HTTP/1.1\r\n"));
  EXPECT_EQ(name(heard.failure.value().reason), "auth");
}

TEST_F(HttpStreamTest, ALineBreakInAHeaderIsNeverSent) {
  Peer peer(lab.io, saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  HttpRequest to = Lab::to(peer.url());
  to.headers = {{"X-A", "1\r\nX-B: 2"}};
  EXPECT_EQ(name(hear(to).failure.value().reason), "protocol");
  EXPECT_EQ(request, "");
}

}  // namespace
}  // namespace answerback::net
