// Servers that break HTTP, by mistake or on purpose: always a value with a reason, never a crash, never more
// memory than the cap.

#include <gmock/gmock.h>

#include <random>

#include "lab.h"

namespace answerback::net {
namespace {

using namespace std::chrono_literals;
using test::Connection;
using test::Peer;
using testing::HasSubstr;

using Answer = std::expected<HttpResponse, Failure>;

struct HostileHttp : testing::Test {
  Lab lab;
  Answer from(std::string bytes) {
    Peer peer(lab.io, test::answer(std::move(bytes)));
    return lab.get(peer.url());
  }
  // Sends the head, then the piece again and again until nobody listens.
  Answer endless(std::string head, std::string piece, HttpLimits limits = {}) {
    Peer peer(lab.io, [=](Connection& c) -> asio::awaitable<void> {
      co_await c.read_http();
      co_await c.write(head);
      for (;;) co_await c.write(piece);
    });
    HttpRequest request = Lab::to(peer.url());
    request.limits = limits;
    return lab.get(request);
  }
};

void expect_failure(const Answer& answer, Reason reason, std::string_view words) {
  ASSERT_FALSE(answer) << "answered " << answer->status << " with " << answer->body.size() << " bytes";
  EXPECT_EQ(name(answer.error().reason), name(reason)) << answer.error().detail;
  EXPECT_THAT(answer.error().detail, HasSubstr(std::string(words)));
}

const std::string chunked_head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST_F(HostileHttp, EndlessBodies) {
  constexpr HttpLimits limits{.body_bytes = 100'000};
  const std::string piece(5000, 'x');
  expect_failure(endless("HTTP/1.1 200 OK\r\n\r\n", piece, limits), Reason::too_large,
                 "over the cap of 100000 bytes");
  EXPECT_LT(lab.evidence.bytes_received(), 100'000u + 64 * 1024);
  expect_failure(endless(chunked_head, "1388\r\n" + piece + "\r\n", limits), Reason::too_large,
                 "over the cap of 100000 bytes");
  expect_failure(endless(chunked_head, "1\r\nx\r\n", {.body_bytes = 1000}), Reason::too_large,
                 "over the cap of 1000 bytes");
  expect_failure(from("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"), Reason::too_large,
                 "body of 99999999999 bytes");
  expect_failure(from(chunked_head + "7fffffffffffffff\r\n"), Reason::too_large, "cap");
}

TEST_F(HostileHttp, ABodyOfExactlyTheCapIsTaken) {
  Peer peer(lab.io, test::answer("HTTP/1.1 200 OK\r\n\r\n" + std::string(1000, 'x')));
  HttpRequest request = Lab::to(peer.url());
  request.limits.body_bytes = 1000;
  EXPECT_EQ(lab.get(request).value().body.size(), 1000u);
  request.limits.body_bytes = 999;
  expect_failure(lab.get(request), Reason::too_large, "999");
}

TEST_F(HostileHttp, HeaderFloods) {
  expect_failure(endless("HTTP/1.1 200 OK\r\n", "X: y\r\n"), Reason::too_large, "header");
  expect_failure(endless("HTTP/1.1 200 OK\r\n", "X-" + std::string(200, 'a') + ": b\r\n"), Reason::too_large,
                 "header");
  expect_failure(endless("HTTP/1.1 200 OK\r\nX: ", std::string(1000, 'y')), Reason::too_large, "header");
  expect_failure(endless("HTTP/1.1 200 ", std::string(1000, 'y')), Reason::too_large, "header");
  EXPECT_LT(lab.evidence.bytes_received(), 4 * 2 * 65536u);
}

// Each piece ends with its line, so that a parser that counts only what it has not yet consumed would never
// tire.
TEST_F(HostileHttp, AHeaderFloodLineByLine) {
  Peer peer(lab.io, [](Connection& c) -> asio::awaitable<void> {
    co_await c.read_http();
    co_await c.write("HTTP/1.1 200 OK\r\n");
    co_await c.wait(1ms);
    for (;;) {
      co_await c.write("X: " + std::string(95, 'y') + "\r\n");
      co_await c.wait(0ms);
    }
  });
  HttpRequest request = Lab::to(peer.url());
  request.limits.header_bytes = 4000;
  expect_failure(lab.get(request), Reason::too_large, "header");
  EXPECT_LT(lab.evidence.bytes_received(), 8000u);
}

TEST_F(HostileHttp, ChunkHeadersAndTrailersWithoutEnd) {
  expect_failure(endless(chunked_head, "1;"), Reason::protocol, "chunk");
  expect_failure(endless(chunked_head + "1;x=\"", "y"), Reason::protocol, "chunk");
  expect_failure(endless(chunked_head + "0\r\n", "X: y\r\n"), Reason::protocol, "chunk");
}

TEST_F(HostileHttp, BadFraming) {
  expect_failure(from(chunked_head + "xyz\r\nabc\r\n"), Reason::protocol, "bad chunk");
  expect_failure(from(chunked_head + "3\r\nabcdef\r\n0\r\n\r\n"), Reason::protocol, "bad chunk");
  expect_failure(from(chunked_head + "ffffffffffffffffff\r\n"), Reason::protocol, "bad chunk");
  expect_failure(from("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc"),
                 Reason::protocol, "Content-Length");
  expect_failure(from("HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\nabc"), Reason::protocol,
                 "Content-Length");
  expect_failure(from("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"), Reason::protocol, "Content-Length");
  for (const char* both :
       {"Content-Length: 3\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 3",
        "Transfer-Encoding: gzip\r\nContent-Length: 3"})
    expect_failure(from("HTTP/1.1 200 OK\r\n" + std::string(both) + "\r\n\r\n0\r\n\r\n"), Reason::protocol,
                   "not a valid HTTP");
  EXPECT_EQ(from("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc").value().body, "abc");
}

TEST_F(HostileHttp, OddStatusLines) {
  for (const char* line : {"HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 abc", "HTTP/1.1 042 ?",
                           "HTTP/2 200 OK", "HTTP/9.9 200 OK", "ICY 200 OK", "SSH-2.0-OpenSSH_9.2",
                           "HTTP/1.1200 OK", "\x15\x03\x03", "200 OK", "HTTP/1.1 200 OK\nX: y\n\n"})
    expect_failure(from(std::string(line) + "\r\n\r\n"), Reason::protocol, "not a valid HTTP response");
  expect_failure(from("SSH-2.0-OpenSSH_9.2\x1b[31m\r\n"), Reason::protocol,
                 "it begins \"SSH-2.0-OpenSSH_9.2.[31m\"");
  expect_failure(from("\x15\x03\x03"), Reason::protocol, "not a valid HTTP response");
  EXPECT_EQ(from("HTTP/1.1 999 Who knows\r\nContent-Length: 0\r\n\r\n").value().status, 999u);
}

// Every client takes the first two; of the others Node.js says what we say.
TEST_F(HostileHttp, IsNoStricterThanClientsAre) {
  EXPECT_EQ(from("HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok").value().body, "ok");
  EXPECT_EQ(from("HTTP/1.1 204 \r\n\r\n").value().status, 204u);
  expect_failure(from("HTTP/1.1 200 OK\nContent-Length: 2\n\nok"), Reason::protocol, "not a valid HTTP");
  expect_failure(from("HTTP/1.1 200\nContent-Length: 2\n\nok"), Reason::protocol, "not a valid HTTP");
}

TEST_F(HostileHttp, CutShort) {
  expect_failure(from("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"), Reason::truncated,
                 "after 4 bytes of a body of 100 bytes");
  expect_failure(from(chunked_head + "4\r\nhalf\r\n"), Reason::truncated, "before its last chunk");
  expect_failure(from(chunked_head + "4\r\nha"), Reason::truncated, "before its last chunk");
  expect_failure(from("HTTP/1.1 200 OK\r\nContent-"), Reason::truncated,
                 "in the middle of the response's header");
  expect_failure(from("H"), Reason::truncated, "in the middle of the response's header");
}

struct Sample {
  std::string bytes, body;
};
const Sample samples[] = {
    {"HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 5\r\n\r\nhello", "hello"},
    {chunked_head + "3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nT: u\r\n\r\n", "hello"},
    {chunked_head + "0\r\n\r\n", ""},
    {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhello", "hello"},
    {"HTTP/1.1 100\r\n\r\nHTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello", "hello"},
};

TEST_F(HostileHttp, AnAnswerMayBeSplitAnywhere) {
  for (const auto& [bytes, body] : samples) {
    std::size_t split = 0;
    Peer peer(lab.io, [&, bytes](Connection& c) -> asio::awaitable<void> {
      co_await c.read_http();
      co_await c.write(bytes.substr(0, split));
      co_await c.wait(1ms);
      co_await c.write(bytes.substr(split));
    });
    for (split = 1; split < bytes.size(); ++split) {
      const Answer answer = lab.get(peer.url());
      ASSERT_TRUE(answer) << answer.error().detail << " split at " << split;
      EXPECT_EQ(answer->status, 200u);
      ASSERT_EQ(answer->body, body) << "split at " << split;
    }
  }
}

TEST_F(HostileHttp, AnAnswerMayComeByteByByte) {
  for (const auto& [bytes, body] : samples) {
    Peer peer(lab.io, [bytes](Connection& c) -> asio::awaitable<void> {
      co_await c.read_http();
      co_await c.write_slowly(bytes, 1, 1ms);
    });
    const Answer answer = lab.get(peer.url());
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->body, body);
  }
}

// Two thousand answers damaged at random, the same ones every time.
TEST_F(HostileHttp, DamagedAnswersGiveAValueWithinTheCaps) {
  std::mt19937 random(20260101);
  const auto below = [&](std::size_t bound) { return random() % bound; };
  std::string bytes;
  Peer peer(lab.io, [&](Connection& c) -> asio::awaitable<void> {
    const std::string damaged = bytes;
    co_await c.read_http();
    const std::size_t half = damaged.size() / 2;
    co_await c.write(damaged.substr(0, half));
    co_await c.write(damaged.substr(half));
  });
  HttpRequest request = Lab::to(peer.url());
  request.limits = {.header_bytes = 1024, .body_bytes = 64};
  int answered = 0, failed = 0;
  for (int round = 0; round < 2000; ++round) {
    bytes = samples[below(std::size(samples))].bytes;
    for (std::size_t wounds = 1 + below(4); wounds > 0; --wounds) {
      const std::size_t at = below(bytes.size());
      switch (below(4)) {
        case 0: bytes[at] = static_cast<char>(below(256)); break;
        case 1: bytes.erase(at, 1 + below(8)); break;
        case 2: bytes.insert(at, bytes.substr(at, 1 + below(40))); break;
        default: bytes.insert(at, std::string(1 + below(300), "\r\n0;:, x9f"[below(10)])); break;
      }
      if (bytes.empty()) bytes = "x";
    }
    const Answer answer = lab.get(request);
    (answer ? answered : failed)++;
    if (answer) {
      ASSERT_LE(answer->body.size(), 64u);
    } else {
      ASSERT_FALSE(answer.error().detail.empty());
      ASSERT_NE(answer.error().reason, Reason::internal) << answer.error().detail;
    }
  }
  EXPECT_GT(answered, 100);
  EXPECT_GT(failed, 100);
}

}  // namespace
}  // namespace answerback::net
