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

TEST(PostgresReasons, TextThatOnlyLooksLikeACode) {
  EXPECT_EQ(failure_of_message("a:  short", Reason::protocol).reason, Reason::protocol);
  EXPECT_EQ(failure_of_message("a:  28p01: lower case", Reason::protocol).reason, Reason::protocol);
}

}  // namespace
}  // namespace answerback::probes
