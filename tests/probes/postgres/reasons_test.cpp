#include "probes/postgres/reasons.h"

#include <gtest/gtest.h>

namespace answerback::probes {
namespace {

TEST(PostgresReasons, SqlStates) {
  EXPECT_EQ(reason_of_sqlstate("53300"), Reason::too_many_connections);
  EXPECT_EQ(reason_of_sqlstate("53200"), Reason::not_ready);
  EXPECT_EQ(reason_of_sqlstate("28P01"), Reason::auth);
  EXPECT_EQ(reason_of_sqlstate("57014"), Reason::query_timeout);
  EXPECT_EQ(reason_of_sqlstate("42601"), Reason::assertion);
}

TEST(PostgresReasons, CodeBehindASeverityInAnyLanguage) {
  const auto failure = failure_of_message(
      "connection to server at \"::1\", port 5432 failed: ВАЖНО:  53300: слишком много клиентов\nLOCATION:  "
      "x\n",
      Reason::internal);
  EXPECT_EQ(failure.reason, Reason::too_many_connections);
  EXPECT_EQ(failure.detail.find('\n'), std::string::npos);
}

TEST(PostgresReasons, WordsOfLibpq) {
  EXPECT_EQ(
      failure_of_message("… failed: Connection refused\n\tIs the server running", Reason::internal).reason,
      Reason::connect_refused);
  EXPECT_EQ(
      failure_of_message("server does not support SSL, but SSL was required\n", Reason::internal).reason,
      Reason::tls_protocol);
  EXPECT_EQ(failure_of_message("nothing we know", Reason::protocol).reason, Reason::protocol);
}

TEST(PostgresReasons, WordsOfAPooler) {
  const auto reason = [](const std::string& said) {
    return failure_of_message(
               "connection to server at \"::1\", port 6432 failed: FATAL:  08P01: " + said + "\n",
               Reason::internal)
        .reason;
  };
  EXPECT_EQ(reason("SASL authentication failed"), Reason::auth);
  EXPECT_EQ(reason("no such user: canary"), Reason::auth);
  EXPECT_EQ(reason("database \"nope\" does not exist"), Reason::no_database);
  EXPECT_EQ(reason("no such database: nope"), Reason::no_database);
  EXPECT_EQ(reason("no more connections allowed (max_client_conn)"), Reason::too_many_connections);
  EXPECT_EQ(reason("server login has been failing, try again later (server_login_retry)"), Reason::not_ready);
  EXPECT_EQ(reason("unsupported startup parameter: options"), Reason::protocol);
  EXPECT_EQ(failure_of_message("FATAL:  28P01: x does not exist", Reason::internal).reason, Reason::auth);
}

TEST(PostgresReasons, TextThatOnlyLooksLikeACode) {
  EXPECT_EQ(failure_of_message("a:  short", Reason::protocol).reason, Reason::protocol);
  EXPECT_EQ(failure_of_message("a:  28p01: lower case", Reason::protocol).reason, Reason::protocol);
}

}  // namespace
}  // namespace answerback::probes
