// The probe against a real PostgreSQL.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <pqxx/pqxx>

#include "probes/postgres/harness.h"
#include "support/postgres_server.h"

namespace answerback::test {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string_view reason_of(const Outcome& outcome) { return name(outcome.result.reason); }

class PostgresProbe : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!PostgresServer::unavailable()) server_ = std::make_unique<PostgresServer>();
  }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override {
    if (!server_) GTEST_SKIP() << *PostgresServer::unavailable();
  }
  static PostgresServer& server() { return *server_; }

 private:
  static inline std::unique_ptr<PostgresServer> server_;
};

TEST_F(PostgresProbe, Passes) {
  const Outcome outcome = probe_postgres(server().dsn("sslmode=disable"), 20s,
                                         {.tables = {"threads", "archive.runs"}, .role = "primary"});
  EXPECT_EQ(outcome.result.verdict, Verdict::pass) << reason_of(outcome) << ' ' << outcome.result.detail;
  EXPECT_THAT(outcome.result.detail, HasSubstr("PostgreSQL 15"));
  EXPECT_THAT(outcome.result.detail, HasSubstr("2 tables found, primary"));
  EXPECT_THAT(outcome.phases,
              ElementsAre(Phase::resolve, Phase::queue, Phase::connect, Phase::sign_in, Phase::sign_in,
                          Phase::query, Phase::tables, Phase::role, Phase::pressure));
  ASSERT_EQ(outcome.samples.size(), 2U);
  EXPECT_EQ(outcome.samples[0].measure, Measure::connections_used);
  EXPECT_EQ(outcome.samples[0].value, 1);
  EXPECT_EQ(outcome.samples[1].value, 10);
  EXPECT_GT(outcome.received, 100U);
  EXPECT_GT(outcome.sent, 100U);
}

TEST_F(PostgresProbe, PassesOverASocket) {
  const Outcome outcome = probe_postgres(server().socket_dsn());
  EXPECT_EQ(outcome.result.verdict, Verdict::pass) << reason_of(outcome) << ' ' << outcome.result.detail;
  EXPECT_GT(outcome.received, 0U);
}

TEST_F(PostgresProbe, Certificates) {
  const std::string local = "host=localhost hostaddr=127.0.0.1 user=canary password=right dbname=chat port=" +
                            std::to_string(server().port());
  const Outcome good = probe_postgres(local + " sslmode=verify-full sslrootcert=" + server().certificate());
  EXPECT_EQ(good.result.verdict, Verdict::pass) << reason_of(good) << ' ' << good.result.detail;
  EXPECT_THAT(good.phases, Contains(Phase::tls));

  EXPECT_EQ(reason_of(probe_postgres(local + " sslmode=verify-full")), "tls_untrusted");
  const Outcome exact = probe_postgres(server().dsn("sslmode=verify-full"));
  EXPECT_EQ(reason_of(exact), "tls_untrusted");
  EXPECT_THAT(exact.result.detail, Not(HasSubstr("connection to server")))
      << "said by a handshake of our own";
  const Outcome other =
      probe_postgres(server().dsn("sslmode=verify-full&sslrootcert=" + server().certificate()));
  EXPECT_EQ(reason_of(other), "tls_host_mismatch") << other.result.detail;
}

TEST_F(PostgresProbe, WhoIsNotLetIn) {
  EXPECT_EQ(reason_of(probe_postgres(server().dsn("", "canary", "wrong"))), "auth");
  EXPECT_EQ(reason_of(probe_postgres(server().dsn("", "shut"))), "auth");
  EXPECT_EQ(reason_of(probe_postgres(server().dsn("", "expired"))), "auth");
  EXPECT_EQ(reason_of(probe_postgres(server().dsn("", "nobody"))), "auth");
  const Outcome outcome = probe_postgres(server().dsn("", "canary", "right", "elsewhere"));
  EXPECT_EQ(reason_of(outcome), "no_database");
  EXPECT_THAT(outcome.result.detail, HasSubstr("elsewhere"));
}

TEST_F(PostgresProbe, MissingTables) {
  const Outcome outcome =
      probe_postgres(server().dsn(), 20s, {.tables = {"threads", "runs", "archive.gone", "a'b"}});
  EXPECT_EQ(reason_of(outcome), "missing_table");
  EXPECT_EQ(outcome.result.detail, "missing: runs, archive.gone, a'b");
  EXPECT_EQ(outcome.phase, Phase::tables);
}

TEST_F(PostgresProbe, QueriesThatFail) {
  EXPECT_EQ(reason_of(probe_postgres(server().dsn(), 20s, {.query = "SELECT nonsense"})), "assertion");
  EXPECT_EQ(reason_of(probe_postgres(server().dsn(), 20s, {.query = "SELECT 1 FROM gone"})), "missing_table");
  EXPECT_EQ(reason_of(probe_postgres(server().dsn(), 20s, {.query = "SELECT 1 FROM archive.runs"})),
            "forbidden");
  EXPECT_EQ(reason_of(probe_postgres(server().dsn(), 20s, {.query = "CREATE TABLE dirt ()"})), "read_only");
}

TEST_F(PostgresProbe, LockHeldOnTheTable) {
  pqxx::connection holder(server().socket_dsn());
  pqxx::work lock(holder);
  lock.exec("LOCK TABLE threads IN ACCESS EXCLUSIVE MODE");
  const Outcome outcome = probe_postgres(server().dsn(), 5s, {.query = "SELECT count(*) FROM threads"});
  EXPECT_EQ(reason_of(outcome), "query_timeout") << outcome.result.detail;
  EXPECT_FALSE(outcome.late) << "the server itself ended the statement";
  EXPECT_EQ(outcome.phase, Phase::query);
  lock.exec("SELECT pg_sleep(0.3)");
  EXPECT_EQ(lock.exec("SELECT FROM pg_stat_activity WHERE application_name = 'answerback'").size(), 0U);
}

TEST_F(PostgresProbe, ConnectionsRunOut) {
  std::vector<std::unique_ptr<pqxx::connection>> others;
  const auto open_until = [&](std::size_t count) {
    while (others.size() < count) others.push_back(std::make_unique<pqxx::connection>(server().dsn()));
  };
  open_until(6);  // and ours: 7 of 10, of which 3 are reserved for superusers
  const probes::PostgresSettings strict{.pressure_warn = 0.6, .pressure_fail = 0.65};
  const Outcome warned = probe_postgres(server().dsn(), 20s, {.pressure_warn = 0.6});
  EXPECT_EQ(warned.result.verdict, Verdict::warn) << warned.result.detail;
  EXPECT_EQ(reason_of(warned), "too_many_connections");
  EXPECT_EQ(warned.result.detail, "7 of 10 connections are in use");
  EXPECT_EQ(probe_postgres(server().dsn(), 20s, strict).result.verdict, Verdict::fail);

  open_until(7);
  const Outcome full = probe_postgres(server().dsn());
  EXPECT_EQ(reason_of(full), "too_many_connections") << full.result.detail;
  EXPECT_EQ(full.phase, Phase::sign_in);
}

TEST_F(PostgresProbe, StandbyWhereThePrimaryIsWanted) {
  PostgresServer standby(server());
  const Outcome outcome = probe_postgres(standby.dsn(), 20s, {.role = "primary"});
  EXPECT_EQ(reason_of(outcome), "read_only") << outcome.result.detail;
  EXPECT_EQ(outcome.phase, Phase::role);
  EXPECT_EQ(probe_postgres(standby.dsn(), 20s, {.role = "replica"}).result.verdict, Verdict::pass);
  EXPECT_EQ(probe_postgres(standby.dsn()).result.verdict, Verdict::pass);
  EXPECT_EQ(reason_of(probe_postgres(server().dsn(), 20s, {.role = "replica"})), "not_ready");
}

TEST_F(PostgresProbe, FrozenAndStopped) {
  server().freeze();
  const Outcome frozen = probe_postgres(server().dsn(), 1s);
  server().thaw();
  EXPECT_TRUE(frozen.late);
  EXPECT_EQ(reason_of(frozen), "read_timeout");
  EXPECT_EQ(frozen.phase, Phase::sign_in);
  EXPECT_LT(frozen.took, 1100ms);
  EXPECT_EQ(probe_postgres(server().dsn()).result.verdict, Verdict::pass);

  server().stop();
  EXPECT_EQ(reason_of(probe_postgres(server().dsn())), "connect_refused");
  server().start();
}

}  // namespace
}  // namespace answerback::test
