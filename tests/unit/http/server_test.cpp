#include "http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "http/deadlines.h"
#include "support/raw_client.h"

namespace answerback::http {
namespace {

using namespace std::chrono_literals;
using test::RawClient;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view get = "GET /livez HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view get_and_close = "GET /livez HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

Response echo(const Request& request) {
  if (request.path == "/throw") throw std::runtime_error("broken");
  if (request.path == "/large") return {.body = std::string(50'000'000, 'x')};
  return {.body = request.method + " " + request.path + " " + request.body + "."};
}

// A server of its own, and how long things took.
class Served : public testing::Test {
 protected:
  void serve(Limits limits = {}, Guard guard = {}) {
    server_ = std::make_unique<Server>(echo, limits, std::move(guard));
    const auto started = server_->start({"127.0.0.1", 0});
    ASSERT_TRUE(started) << started.error();
    port_ = *started;
  }
  std::string answer(std::string_view bytes) const {
    const RawClient client(port_);
    client.send(bytes);
    return client.receive_all();
  }
  Duration age() const { return std::chrono::steady_clock::now() - begin_; }

  std::unique_ptr<Server> server_;
  std::uint16_t port_ = 0;
  const Steady begin_ = std::chrono::steady_clock::now();
};

TEST_F(Served, ARequestIsAnswered) {
  serve();
  EXPECT_THAT(answer(get_and_close),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("\r\nContent-Length: 12\r\n"),
                    HasSubstr("\r\nConnection: close\r\n"), testing::EndsWith("\r\n\r\nGET /livez .")));
}

TEST_F(Served, HeadGetsTheHeaderOfGetAndNoBody) {
  serve();
  EXPECT_THAT(answer("HEAD /livez HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
              AllOf(HasSubstr("\r\nContent-Length: 13\r\n"), testing::EndsWith("\r\n\r\n")));
}

TEST_F(Served, PipelinedRequestsAreAnsweredInOrder) {
  serve();
  std::string all;
  for (int i = 0; i < 100; ++i) all += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
  const RawClient client(port_);
  client.send(all);
  const std::string text = client.receive_until(" .", 100);
  std::size_t at = 0;
  for (int i = 0; i < 100; ++i) {
    at = text.find("GET /" + std::to_string(i) + " .", at);
    ASSERT_NE(at, std::string::npos) << i;
  }
}

TEST_F(Served, AnOldClientThatAsksToStayIsToldThatItMay) {
  serve();
  const RawClient client(port_);
  client.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(client.receive_until(" ."), HasSubstr("\r\nConnection: keep-alive\r\n"));
  client.send("GET /b HTTP/1.0\r\n\r\n");
  EXPECT_THAT(client.receive_until(" ."), HasSubstr("\r\nConnection: close\r\n"));
  client.send(get);
  EXPECT_THAT(client.receive_all(), testing::IsEmpty());
}

TEST_F(Served, BytesMayComeOneByOne) {
  serve();
  const RawClient client(port_);
  for (const char c : std::string_view("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"))
    client.send({&c, 1});
  EXPECT_THAT(client.receive_until("."), testing::EndsWith("POST /a abc."));
}

TEST_F(Served, WhatIsRefusedIsToldWhyAndHungUpOn) {
  serve();
  for (const auto& [bytes, status] : std::initializer_list<std::pair<std::string, std::string>>{
           {"GET / HTTP/1.1\nHost: h\n\n", "400 Bad Request"},
           {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
                std::string(get),
            "400 Bad Request"},
           {"GET /" + std::string(200'000, 'a'), "431 Request Header Fields Too Large"},
           {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n" + std::string(100'000, 'a'),
            "413 Payload Too Large"},
       }) {
    const std::string text = answer(bytes);
    EXPECT_THAT(text, StartsWith("HTTP/1.1 " + status + "\r\n"));
    EXPECT_THAT(text, Not(HasSubstr("200 OK")));
  }
}

TEST_F(Served, AFailingHandlerIsA500) {
  serve();
  EXPECT_THAT(answer("GET /throw HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"),
              StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(answer(get_and_close), StartsWith("HTTP/1.1 200 "));
}

TEST_F(Served, ARequestThatNeverEndsIsCutOffHoweverItTrickles) {
  serve({.request = 300ms});
  for (const std::string_view start :
       {"GET / HTTP/1.1\r\nX: ", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n"}) {
    const RawClient client(port_);
    const Steady begin = std::chrono::steady_clock::now();
    client.send(start);
    Duration took{};
    while (!client.readable_within(20) && took < 5s) {
      client.send("x");
      took = std::chrono::steady_clock::now() - begin;
    }
    EXPECT_GE(took, 250ms);
    EXPECT_LT(took, 3s);
    EXPECT_TRUE(client.ends());
  }
}

TEST_F(Served, AnIdleConnectionIsKeptForItsTimeAndNoLonger) {
  serve({.request = 100ms, .idle = 500ms});
  const RawClient client(port_);
  client.send(get);
  client.receive_until(" .");
  EXPECT_FALSE(client.readable_within(300));  // well past the deadline of a request
  EXPECT_TRUE(client.ends());
}

TEST_F(Served, AClientThatDoesNotReadIsCutOff) {
  serve({.response = 300ms});
  const RawClient client(port_);
  client.send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(client.readable_within(5000));
  EXPECT_THAT(answer(get_and_close), StartsWith("HTTP/1.1 200 "));  // and holds up nobody meanwhile
  while (server_->connections() > 0 && age() < 10s) client.readable_within(0);
  EXPECT_EQ(server_->connections(), 0U);
  EXPECT_LT(client.receive_all().size(), 50'000'000U);
}

TEST_F(Served, WhenFullTheLongestWithoutARequestGivesWay) {
  serve({.connections = 16});
  const RawClient busy(port_);
  std::deque<RawClient> idle;
  for (int i = 0; i < 40; ++i) {
    idle.emplace_back(port_);
    ASSERT_TRUE(busy.send(get));
    ASSERT_THAT(busy.receive_until(" ."), StartsWith("HTTP/1.1 200 ")) << i;
  }
  EXPECT_TRUE(idle.front().ends());
  EXPECT_FALSE(idle.back().readable_within(0));
  EXPECT_LE(server_->connections(), 17U);
  EXPECT_THAT(answer(get_and_close), StartsWith("HTTP/1.1 200 "));
}

TEST_F(Served, TwoThousandIdleAndFiftySlowClientsHoldUpNobody) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  if (files.rlim_cur < 4300) GTEST_SKIP() << "RLIMIT_NOFILE is " << files.rlim_cur << ", 4,300 are needed";
  serve({.connections = 4000});
  std::deque<RawClient> idle;
  for (int i = 0; i < 2000; ++i) idle.emplace_back(port_);
  for (int i = 0; i < 50; ++i) idle[static_cast<std::size_t>(i)].send("GET /slow");
  const RawClient client(port_);
  std::vector<Duration> took;
  for (int i = 0; i < 500; ++i) {
    const Steady begin = std::chrono::steady_clock::now();
    ASSERT_TRUE(client.send(get));
    ASSERT_THAT(client.receive_until(" ."), StartsWith("HTTP/1.1 200 "));
    took.push_back(std::chrono::steady_clock::now() - begin);
  }
  EXPECT_GE(server_->connections(), 2001U);
  std::ranges::sort(took);
  EXPECT_LT(took[took.size() * 99 / 100], 100ms);
}

TEST_F(Served, HeavyAnswersAskedForInHeapsHoldUpNobodyWhoIsAnsweredAtOnce) {
  std::atomic<bool> all_have_asked = false;
  std::atomic<int> heavy = 0, heavy_before = -1;
  server_ = std::make_unique<Server>(
      [&](const Request& request) {
        if (request.path == "/livez") {
          heavy_before = heavy.load();
        } else {
          all_have_asked.wait(false);
          ++heavy;
        }
        return Response{.body = "."};
      },
      Limits{}, Guard{.at_once = [](const Request& request) { return request.path == "/livez"; }});
  port_ = server_->start({"127.0.0.1", 0}).value();
  std::string heap;
  for (int i = 0; i < 10; ++i) heap += "GET /heavy HTTP/1.1\r\nHost: h\r\n\r\n";
  std::deque<RawClient> many;
  for (int i = 0; i < 60; ++i) many.emplace_back(port_).send(heap);
  const RawClient client(port_);
  client.send(get_and_close);
  all_have_asked = true;
  all_have_asked.notify_all();
  EXPECT_THAT(client.receive_all(), StartsWith("HTTP/1.1 200 "));
  server_->stop();  // what it answers by is gone with this test
  EXPECT_GE(heavy_before, 0);
  EXPECT_LT(heavy_before, 20) << "of the 600 that were asked for before";
}

// Keeps whoever asks for /secret waiting; the others are authorised at once.
struct SlowJudge {
  bool judge(Request& request, std::move_only_function<void()> done) {
    request.standing = access::Standing::authorised;
    if (request.path != "/secret") return true;
    const std::lock_guard lock(mutex);
    waiting.push_back(std::move(done));
    return false;
  }
  void let_in() {
    const std::lock_guard lock(mutex);
    for (auto& each : std::exchange(waiting, {})) each();
  }
  std::size_t count() {
    const std::lock_guard lock(mutex);
    return waiting.size();
  }
  Guard guard() {
    return {.judge = [this](Request& request, auto done) { return judge(request, std::move(done)); },
            .close = [this] { let_in(); }};
  }
  std::mutex mutex;
  std::vector<std::move_only_function<void()>> waiting;
};

TEST_F(Served, WhoIsBeingJudgedHoldsUpNobody) {
  SlowJudge judge;
  serve({}, judge.guard());
  const RawClient asks(port_);
  asks.send("GET /secret HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  while (judge.count() == 0) ASSERT_LT(age(), 10s);
  EXPECT_THAT(answer(get_and_close), StartsWith("HTTP/1.1 200 "));
  EXPECT_FALSE(asks.readable_within(0));
  judge.let_in();  // from this thread
  EXPECT_THAT(asks.receive_all(), testing::EndsWith("GET /secret ."));
  server_->stop();  // before the judge goes
}

TEST_F(Served, WhoIsDroppedOrStoppedWhileBeingJudgedIsOverAllTheSame) {
  SlowJudge judge;
  serve({.response = 200ms}, judge.guard());
  RawClient late(port_);
  late.send("GET /secret HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(late.ends());
  judge.let_in();  // the connection is gone
  const RawClient asks(port_);
  asks.send("GET /secret HTTP/1.1\r\nHost: h\r\n\r\n");
  while (judge.count() == 0) ASSERT_LT(age(), 10s);
  server_->stop();
  EXPECT_EQ(server_->connections(), 0U);
}

TEST_F(Served, StopsAtOnceWhateverItsClientsDo) {
  serve();
  std::deque<RawClient> clients;
  for (int i = 0; i < 50; ++i) clients.emplace_back(port_);
  clients[0].send("GET /half");
  clients[1].send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
  clients[2].send(get);
  clients[2].receive_until(" .");
  const Steady begin = std::chrono::steady_clock::now();
  server_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
  EXPECT_EQ(server_->connections(), 0U);
  EXPECT_TRUE(clients[0].ends());
  EXPECT_FALSE(RawClient().connect(port_));
}

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

TEST_F(Served, WithoutDescriptorsItWaitsWithoutTurningAndComesBack) {
  serve();
  const RawClient client;
  rlimit files{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &files), 0);
  const rlimit few{.rlim_cur = static_cast<rlim_t>(client.fd()) + 1, .rlim_max = files.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  std::vector<int> rest;
  for (int fd = 0; (fd = ::dup(0)) >= 0;) rest.push_back(fd);

  const double before = cpu_seconds();
  ASSERT_TRUE(client.connect(port_));
  client.send(get);
  EXPECT_FALSE(client.readable_within(500));
  EXPECT_LT(cpu_seconds() - before, 0.05);

  for (const int fd : rest) ::close(fd);
  ::setrlimit(RLIMIT_NOFILE, &files);
  EXPECT_THAT(client.receive_until(" ."), StartsWith("HTTP/1.1 200 "));
}

TEST_F(Served, ABusyPortIsAnErrorThatSaysWhere) {
  serve();
  Server second(echo);
  const auto started = second.start({"127.0.0.1", port_});
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error(),
            "cannot listen on 127.0.0.1:" + std::to_string(port_) + ": Address already in use");
}

TEST(Deadlines, ComeOnceSetAndNoMoreOnceRemoved) {
  Deadlines<char> deadlines;
  const Steady begin{};
  const auto due = [&](Duration after) {
    std::string owners;
    deadlines.due(begin + after, [&](char owner) { owners += owner; });
    return owners;
  };
  const auto a = deadlines.add('a', begin + 1s), b = deadlines.add('b', begin + 2s);
  EXPECT_EQ(due(999ms), "");
  EXPECT_EQ(due(1s), "a");
  EXPECT_EQ(due(2s), "ab");
  deadlines.set(a, begin + 3s);
  EXPECT_EQ(due(2s), "b");
  deadlines.remove(b);
  EXPECT_EQ(due(9s), "a");
  EXPECT_EQ(deadlines.add('c', begin + 1s), b) << "its place is taken again";
  EXPECT_EQ(due(9s), "ac");
}

TEST(Server, WithoutAHostListensOnEveryAddress) {
  Server server(echo);
  const auto port = server.start({"", 0});
  ASSERT_TRUE(port) << port.error();
  const RawClient client(*port);
  client.send(get);
  EXPECT_THAT(client.receive_until(" ."), StartsWith("HTTP/1.1 200 "));
}

TEST(Server, ThatWasNeverStartedStops) { Server(echo).stop(); }

}  // namespace
}  // namespace answerback::http
