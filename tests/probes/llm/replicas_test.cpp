// Replicas of one probe against a real PostgreSQL, by a real worker: they pay once.

#include <gmock/gmock.h>

#include <pqxx/pqxx>
#include <thread>

#include "probes/llm/harness.h"
#include "probes/llm/llm.h"
#include "support/postgres_server.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class LlmReplicas : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!test::PostgresServer::unavailable()) server_ = std::make_unique<test::PostgresServer>();
  }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override {
    if (!server_) GTEST_SKIP() << *test::PostgresServer::unavailable();
    pqxx::connection session(server_->socket_dsn());
    pqxx::nontransaction(session).exec("DROP TABLE IF EXISTS answerback_llm_replicas");
  }

  // One replica: its own memory, the same configuration.
  struct Replica {
    Replica(LlmReplicas& test, const std::string& keys)
        : reading(keys),
          services{test.loop.dns,    test.loop.tls, test.loop.proxies, test.workers, test.loop.credentials,
                   test.loop.random, store},
          probe(llm.make(reading.fields(), services)) {
      reading.fields().finish();
      EXPECT_TRUE(reading.ok()) << reading.text();
    }

    Reading reading;
    MemoryStore store;
    Services services;
    std::unique_ptr<Probe> probe;
  };

  asio::awaitable<void> serve(test::Connection& c) {
    const std::string request = co_await c.read_http();
    if (request.starts_with("GET"))
      co_return co_await c.write("HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"id\":\"demo-1\"}");
    ++generations;
    co_await c.write(
        stream_head() +
        events({chunk("Hi"), last_chunk("stop"),
                R"({"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":5}})", std::string(done)}));
  }

  std::string keys(const std::string& more) {
    return "base_url: '" + peer.url("/v1") + "'\n    model: demo-1\n    api_key: demo-key\n    " + more;
  }
  std::string shared(const std::string& dsn, const std::string& fresh) {
    return "replicas: {dsn: \"" + dsn + "\", fresh: " + fresh + "}";
  }

  static inline std::unique_ptr<test::PostgresServer> server_;
  Loop loop;
  net::Workers workers{loop.io.get_executor(), loop.clock, {.program = ANSWERBACK_WORKER}};
  std::size_t generations = 0;
  test::Peer peer{loop.io, [this](test::Connection& c) { return serve(c); }};
};

Seen once(Loop& loop, Probe& probe) {
  Seen seen;
  struct Run run{loop.clock, loop.clock.now() + 10s, seen.phases, seen.evidence, RunId{{1}, {1}}};
  seen.result = test::finish(loop.io, probe.run(run));
  return seen;
}

TEST_F(LlmReplicas, ThreePodsPayOnce) {
  const std::string config = keys(shared(server_->socket_dsn(), "1h"));
  Replica one(*this, config), two(*this, config), three(*this, config);
  const Seen first = once(loop, *one.probe);
  EXPECT_EQ(told(first), "pass ") << first.result.detail << frames(first);
  for (Replica* other : {&two, &three, &one}) {
    const Seen seen = once(loop, *other->probe);
    EXPECT_EQ(told(seen), "pass ");
    EXPECT_THAT(seen.result.detail, testing::ContainsRegex("5 tokens in .* \\(by a replica, 0 s ago\\)"));
    EXPECT_EQ(sample(seen, Measure::output_tokens), nullptr) << "nothing was spent";
    EXPECT_GT(seen.evidence.bytes_received(), 0u);
  }
  EXPECT_EQ(generations, 1u);
}

TEST_F(LlmReplicas, TheBudgetIsOneForAll) {
  const std::string config =
      keys("budget: {tokens_per_day: 80}\n    " + shared(server_->socket_dsn(), "1ms"));
  std::vector<std::unique_ptr<Replica>> pods;
  for (int i = 0; i < 3; ++i) pods.push_back(std::make_unique<Replica>(*this, config));
  std::string runs;
  for (int run = 0; run < 9; ++run) {
    const Seen seen = once(loop, *pods[static_cast<std::size_t>(run % 3)]->probe);
    runs += told(seen) + ",";
    if (run == 8)
      EXPECT_THAT(seen.result.detail,
                  HasSubstr("51 of 80 tokens of this day are spent by all replicas; access to model demo-1"));
    std::this_thread::sleep_for(3ms);  // the database's clock cannot be moved
  }
  EXPECT_EQ(runs,
            "pass ,pass ,pass ,unknown budget_spent,unknown budget_spent,unknown budget_spent,"
            "unknown budget_spent,unknown budget_spent,unknown budget_spent,");
  EXPECT_EQ(generations, 3u) << "each of them alone would have paid for as many";
}

TEST_F(LlmReplicas, AFailureCountsForAllAndIsSeenOnce) {
  const std::string config =
      "base_url: 'http://127.0.0.1:1/v1'\n    model: demo-1\n    " + shared(server_->socket_dsn(), "1h");
  Replica one(*this, config), two(*this, config);
  EXPECT_EQ(told(once(loop, *one.probe)), "fail connect_refused");
  const Seen seen = once(loop, *two.probe);
  EXPECT_EQ(told(seen), "fail connect_refused");
  EXPECT_THAT(seen.result.detail, HasSubstr("by a replica"));
}

TEST_F(LlmReplicas, WhoIsGeneratingIsNotDisturbed) {
  const std::string config = keys(shared(server_->socket_dsn(), "1h"));
  Replica one(*this, config), two(*this, config);
  EXPECT_EQ(told(once(loop, *one.probe)), "pass ");
  pqxx::connection session(server_->socket_dsn());
  const auto set = [&](const std::string& what) {
    pqxx::nontransaction(session).exec(
        "UPDATE answerback_llm_replicas SET verdict = NULL, claimed_until = now() + " + what);
  };
  set("interval '1 minute'");
  const Seen busy = once(loop, *two.probe);
  EXPECT_EQ(told(busy), "unknown no_evidence");
  EXPECT_THAT(busy.result.detail, HasSubstr("a replica is generating now; access to model demo-1"));
  EXPECT_EQ(generations, 1u);
  set("interval '-1 second'");  // it died: its time is over
  EXPECT_EQ(told(once(loop, *two.probe)), "pass ");
  EXPECT_EQ(generations, 2u);
}

TEST_F(LlmReplicas, WithoutTheDatabaseEachIsOnItsOwn) {
  const std::string config = keys("budget: {tokens_per_day: 40}\n    " +
                                  shared("postgresql://canary:hunter2-secret@127.0.0.1:1/chat", "1h"));
  Replica one(*this, config);
  const Seen seen = once(loop, *one.probe);
  EXPECT_EQ(told(seen), "pass ") << seen.result.detail;
  EXPECT_THAT(frames(seen), HasSubstr("replicas: on our own: "));
  EXPECT_THAT(frames(seen), testing::Not(HasSubstr("hunter2")));
  EXPECT_EQ(told(once(loop, *one.probe)), "unknown budget_spent");
}

}  // namespace
}  // namespace answerback::probes
