// Answers without an end: the server's part, and events as a browser's EventSource reads them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <thread>

#include "http/event_stream.h"
#include "http/routes.h"
#include "http/server.h"
#include "support/raw_client.h"
#include "support/snapshot_builder.h"

namespace answerback::http {
namespace {

using namespace std::chrono_literals;
using test::RawClient;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr Wall boot{std::chrono::milliseconds(0xabc)};

// Gives one piece a call, `count` times, and knows how many of its kind there are.
class Counting final : public Stream {
 public:
  Counting(std::atomic<int>& alive, int count, std::string piece)
      : alive_(alive), count_(count), piece_(std::move(piece)) {
    ++alive_;
  }
  ~Counting() override { --alive_; }
  std::optional<std::string> next(Steady) override {
    if (count_ == 0) return std::nullopt;
    if (count_ > 0) --count_;
    return piece_;
  }

 private:
  std::atomic<int>& alive_;
  int count_;  // negative: for ever
  std::string piece_;
};

// An answer that comes when it is told to.
class Slow final : public Pending {
 public:
  Slow(std::atomic<int>& alive, const std::atomic<bool>& ready) : alive_(alive), ready_(ready) { ++alive_; }
  ~Slow() override { --alive_; }
  std::optional<Response> poll() override {
    return ready_ ? std::optional(Response{.status = 418, .body = "at last", .headers = {{"X-Own", "1"}}})
                  : std::nullopt;
  }

 private:
  std::atomic<int>& alive_;
  const std::atomic<bool>& ready_;
};

class Pended : public testing::Test {
 protected:
  void serve() {
    server_ = std::make_unique<Server>([this](const Request& request) {
      if (request.path == "/quick") return Response{.body = "quick"};
      return Response{.headers = {{"X-First", "1"}}, .pending = std::make_shared<Slow>(alive_, ready_)};
    });
    const auto started = server_->start({"127.0.0.1", 0});
    ASSERT_TRUE(started) << started.error();
    port_ = *started;
  }
  bool becomes(int alive) const {
    const Steady end = std::chrono::steady_clock::now() + 5s;
    while (alive_ != alive && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    return alive_ == alive;
  }

  std::atomic<int> alive_ = 0;
  std::atomic<bool> ready_ = false;
  std::uint16_t port_ = 0;
  std::unique_ptr<Server> server_;
};

TEST_F(Pended, TheAnswerIsAwaitedWhileOthersAreServedAndTheConnectionGoesOn) {
  serve();
  const RawClient client(port_), other(port_);
  client.send(std::string(get) + "GET /quick HTTP/1.1\r\nHost: h\r\n\r\n");  // one right behind the other
  ASSERT_TRUE(becomes(1));
  other.send("GET /quick HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(other.receive_until("quick"), EndsWith("quick"));
  ready_ = true;
  EXPECT_THAT(client.receive_until("quick"),
              AllOf(StartsWith("HTTP/1.1 418 "), HasSubstr("X-Own: 1\r\n"), HasSubstr("X-First: 1\r\n"),
                    HasSubstr("\r\n\r\nat lastHTTP/1.1 200 OK"), EndsWith("quick")));
  EXPECT_TRUE(becomes(0));
}

TEST_F(Pended, IsLetGoOfWhenTheClientIsGone) {
  serve();
  {
    const RawClient client(port_);
    client.send(get);
    ASSERT_TRUE(becomes(1));
  }
  EXPECT_TRUE(becomes(0));
}

TEST_F(Pended, IsLetGoOfWhenTheServerStops) {
  serve();
  const RawClient client(port_);
  client.send(get);
  ASSERT_TRUE(becomes(1));
  server_->stop();
  EXPECT_EQ(alive_, 0);
}

class Streamed : public testing::Test {
 protected:
  void serve(int count, std::string piece, Limits limits = {}) {
    server_ = std::make_unique<Server>(
        [this, count, piece](const Request&) {
          return Response{.body = "begin ", .stream = std::make_shared<Counting>(alive_, count, piece)};
        },
        limits);
    const auto started = server_->start({"127.0.0.1", 0});
    ASSERT_TRUE(started) << started.error();
    port_ = *started;
  }
  bool nobody_within(Duration patience) const {
    const Steady end = std::chrono::steady_clock::now() + patience;
    while (alive_ > 0 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    return alive_ == 0;
  }

  std::atomic<int> alive_ = 0;
  std::unique_ptr<Server> server_;
  std::uint16_t port_ = 0;
};

TEST_F(Streamed, IsTheBodyAndThenPieceByPieceUntilItIsOver) {
  serve(3, "piece ");
  const RawClient client(port_);
  client.send(get);
  EXPECT_THAT(client.receive_all(),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("\r\nConnection: close\r\n"),
                    Not(HasSubstr("Content-Length")), EndsWith("\r\n\r\nbegin piece piece piece ")));
  EXPECT_TRUE(nobody_within(2s));
}

TEST_F(Streamed, HeadGetsNone) {
  serve(-1, "piece ");
  const RawClient client(port_);
  client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.receive_all(), EndsWith("\r\n\r\n"));
}

TEST_F(Streamed, EndsWhenTheClientHangsUpEvenWithNothingToSay) {
  serve(-1, "");
  {
    const RawClient client(port_);
    client.send(get);
    client.receive_until("begin ");
    EXPECT_EQ(alive_, 1);
  }
  EXPECT_TRUE(nobody_within(2s));
}

TEST_F(Streamed, ASlowReaderIsDropped) {
  serve(-1, std::string(1'000'000, 'x'), {.response = 200ms});  // the first few fit into buffers
  const RawClient client(port_);
  client.send(get);
  client.receive_until("begin ");
  EXPECT_TRUE(nobody_within(3s));
}

TEST_F(Streamed, IsNoIdleConnection) {
  serve(-1, "", {.response = 50ms, .idle = 50ms});
  const RawClient client(port_);
  client.send(get);
  client.receive_until("begin ");
  EXPECT_FALSE(client.readable_within(400));
}

TEST_F(Streamed, OtherClientsAreServedMeanwhileAndStoppingEndsAll) {
  serve(-1, "piece ");
  std::deque<RawClient> clients;
  for (int i = 0; i < 50; ++i) {
    clients.emplace_back(port_);
    clients.back().send(get);
  }
  for (const RawClient& each : clients) EXPECT_THAT(each.receive_until("piece "), HasSubstr("begin "));
  const Steady begin = std::chrono::steady_clock::now();
  server_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
  EXPECT_EQ(alive_, 0);
}

TEST(EventStream, SpeaksAsEventSourceReads) {
  sinks::EventRing ring(boot, {.events = 2});
  EventStream stream(ring.join(""));
  Steady now{};
  EXPECT_EQ(stream.next(now), ": answerback\nretry: 2000\n\n");
  EXPECT_EQ(stream.next(now += 1s), "");
  ring.on(Lifecycle{"started", boot});
  EXPECT_EQ(stream.next(now += 1s),
            "id: abc-1\nevent: lifecycle\ndata: {\"at\":\"1970-01-01T00:00:02Z\",\"what\":\"started\"}\n\n");
  EXPECT_EQ(stream.next(now += 14s), "");
  EXPECT_EQ(stream.next(now += 1s), ":\n\n") << "a heartbeat after fifteen seconds of silence";
  EXPECT_EQ(stream.next(now += 1s), "");
  for (int i = 0; i < 5; ++i) ring.on(Lifecycle{"again", boot});
  EXPECT_THAT(*stream.next(now), StartsWith("event: missed\ndata: {\"events\":3}\n\nid: abc-5\n"));
}

TEST(EventStream, CountsForWhoWantsNoData) {
  sinks::EventRing ring(boot, {.events = 200});
  const auto route = handle({.method = "GET", .path = "/api/v1/events", .query = {{"without", "data"}}},
                            {.snapshot = nullptr, .version = "1", .actions = Actions(), .events = &ring});
  ASSERT_TRUE(route.stream);
  EXPECT_EQ(route.stream->next(Steady{}), ": answerback\nretry: 2000\n\n");
  EXPECT_EQ(route.stream->next(Steady{}), "") << "nothing has happened";
  for (int i = 0; i < 300; ++i) ring.on(Lifecycle{"again", boot});
  EXPECT_EQ(route.stream->next(Steady{}), "id: abc-300\nevent: happened\ndata: {\"events\":300}\n\n");
  EXPECT_EQ(route.stream->next(Steady{}), "");
}

TEST(EventStream, IsARoute) {
  sinks::EventRing ring(boot, {.readers = 1});
  ring.on(Lifecycle{"started", boot});
  const Actions actions;
  const auto ask = [&](sinks::EventRing* events) {
    return handle({.method = "GET", .path = "/api/v1/events", .headers = {{"last-event-id", "another-1"}}},
                  {.snapshot = nullptr, .version = "1", .actions = actions, .events = events});
  };
  EXPECT_EQ(ask(nullptr).status, 501);
  {
    const Response response = ask(&ring);
    EXPECT_EQ(response.content_type, "text/event-stream");
    ASSERT_TRUE(response.stream);
    EXPECT_THAT(*response.stream->next(Steady{}), HasSubstr("id: abc-1\n"));
    const Response full = ask(&ring);
    EXPECT_EQ(full.status, 503);
    EXPECT_THAT(full.headers, testing::Contains(testing::Pair("Retry-After", "5")));
  }
  EXPECT_EQ(ask(&ring).status, 200) << "the place of one who has gone is free again";
}

}  // namespace
}  // namespace answerback::http
