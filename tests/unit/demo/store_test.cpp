// Threads and runs in a real PostgreSQL.

#include <gmock/gmock.h>

#include "support/postgres_server.h"
#include "unit/demo/client.h"

namespace demo::test {
namespace {

using answerback::test::PostgresServer;
using testing::HasSubstr;

class WithDatabase : public PlatformTest {
 protected:
  static void SetUpTestSuite() {
    if (!PostgresServer::unavailable()) server_ = std::make_unique<PostgresServer>();
  }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override {
    if (!server_) GTEST_SKIP() << *PostgresServer::unavailable();
    Options wanted = fast();
    wanted.database = server().socket_dsn() + " dbname=postgres";
    begin(wanted);
  }
  static PostgresServer& server() { return *server_; }
  HttpAnswer get(const std::string& target) {
    return run(http(port, "GET", target, "", {{"authorization", "Bearer " + token()}}));
  }

 private:
  static inline std::unique_ptr<PostgresServer> server_;
};

TEST_F(WithDatabase, RunsAreWrittenDown) {
  EXPECT_EQ(get("/health/ready").at("/database"), "ok");
  const auto frames =
      converse(R"({"type":"chat","payload":{"text":"What is 6 times 7?","thread_id":"kept"}})", 1s);
  ASSERT_EQ(frames.size(), 5U);
  converse(R"({"type":"chat","payload":{"text":"What is 7 times 7?","thread_id":"kept"}})", 1s);
  const HttpAnswer answer = get("/api/threads");
  EXPECT_EQ(answer.at("/threads/0/id"), "kept") << answer.body;
  EXPECT_EQ(answer.at("/threads/0/runs"), "2");
  EXPECT_EQ(run(http(port, "DELETE", "/api/threads/kept", "", {{"authorization", "Bearer " + token("bob")}}))
                .status,
            404U);
  EXPECT_EQ(
      run(http(port, "DELETE", "/api/threads/kept", "", {{"authorization", "Bearer " + token()}})).status,
      204U);
  EXPECT_EQ(get("/api/threads").body, R"({"threads":[]})");
}

TEST_F(WithDatabase, ItsOwnLayerBreaksWhileTheDatabaseIsFine) {
  platform->faults().cause(Fault::database);
  EXPECT_EQ(get("/health/ready").status, 503U);
  EXPECT_EQ(get("/health/ready").at("/detail/database"), "failed");
  EXPECT_EQ(get("/health").at("/status"), "healthy");
  platform->faults().heal(Fault::database);
  EXPECT_EQ(get("/health/ready").status, 200U);
}

TEST_F(WithDatabase, ALostDatabaseIsFoundAgain) {
  EXPECT_EQ(get("/health/ready").at("/database"), "ok");
  server().stop();
  EXPECT_EQ(get("/health/ready").status, 503U);
  const auto frames = converse(request("chat", question), 1s);
  ASSERT_EQ(names(frames), std::vector<std::string>{"agent_error"});
  EXPECT_FALSE(frames[0].field("error").empty());
  server().start();
  HttpAnswer again = get("/health/ready");
  for (int tries = 0; again.status != 200 && tries < 20; ++tries) again = get("/health/ready");
  EXPECT_EQ(again.at("/database"), "ok");
}

}  // namespace
}  // namespace demo::test
