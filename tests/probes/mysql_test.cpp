#include "probes/mysql/mysql.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probes/mysql/reasons.h"
#include "probes/reading.h"

namespace answerback::probes {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(MysqlDsn, IsTakenApart) {
  EXPECT_EQ(
      parse_mysql_dsn("mysql://al:p%40s%3As@db.local:3307/chat").value(),
      (MysqlDsn{.host = "db.local", .port = 3307, .user = "al", .password = "p@s:s", .database = "chat"}));
  EXPECT_EQ(parse_mysql_dsn("mariadb://db").value(), (MysqlDsn{.host = "db"}));
  EXPECT_EQ(parse_mysql_dsn("mysql+pymysql://u@[::1]/x?charset=utf8mb4").value(),
            (MysqlDsn{.host = "::1", .user = "u", .database = "x"}));
  EXPECT_EQ(parse_mysql_dsn("mysql://u@localhost/x?unix_socket=/run/m.sock").value(),
            (MysqlDsn{.socket = "/run/m.sock", .user = "u", .database = "x"}));
}

TEST(MysqlDsn, ErrorsTellNoSecret) {
  for (const char* text :
       {"mysql://u:s3cret%zz@h/x", "mysql://u:s3c#ret@h:54x/x", "s3cret", "mysql://h/x?s3cret=s3cret",
        "postgres://u:s3cret@h/", "mysql:u:s3cret@h", "mysql://u:s3cret@h:0/x", "mysql://u:s3cret@h:65536/x",
        "mysql://u:s3cret%00@h/x", "mysql://u:s3cret@/x", "mysql://u:s3cret@h/a/b", "mysql://u:12/s3cret@h",
        "mysql://u:s3cret@h/x#s3cret", ""}) {
    const auto parsed = parse_mysql_dsn(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_THAT(parsed.error(), Not(HasSubstr("s3c"))) << text;
  }
}

TEST(MysqlSettings, TlsUnlessOnThisMachine) {
  struct Row {
    const char *dsn, *more;
    bool tls, verify;
  };
  for (const auto& [dsn, more, tls, verify] : std::initializer_list<Row>{
           {"mysql://db/x", "", true, true},
           {"mysql://10.0.0.7/x", "", true, true},
           {"mysql://127.0.0.2/x", "", false, true},
           {"mysql://[::1]/x", "", false, true},
           {"mysql://localhost/x", "", false, true},
           {"mysql://db/x?socket=/run/s", "", false, true},
           {"mysql://localhost/x", "tls: on", true, true},
           {"mysql://db/x", "tls: off", false, true},
           {"mysql://db/x", "tls_config: {insecure_skip_verify: true}", true, false},
       }) {
    Reading reading("dsn: \"" + std::string(dsn) + "\"\n    " + more);
    const MysqlSettings settings = read_mysql(reading.fields());
    reading.fields().finish();
    EXPECT_TRUE(reading.ok()) << reading.text();
    EXPECT_EQ(settings.tls, tls) << dsn << more;
    EXPECT_EQ(settings.verify, verify) << dsn << more;
  }
}

TEST(MysqlSettings, WhatContradictsItselfIsTold) {
  for (const auto& [keys, said] : std::initializer_list<std::pair<std::string, std::string>>{
           {"dsn: \"redis://u:s3cret@h/\"", "is not like mysql://"},
           {"dsn: \"mysql://localhost/\"\n    tls_config: {ca_file: /x}", "no effect without tls"},
           {"dsn: \"mysql://db/\"\n    tls_config: {key_file: /x}", "go together"},
           {"dsn: \"mysql://localhost/\"\n    pressure: {warn: 0.9, fail: 0.5}", "more than fail"},
       }) {
    Reading reading(keys);
    read_mysql(reading.fields());
    EXPECT_THAT(reading.text(), HasSubstr(said));
    EXPECT_THAT(reading.text(), Not(HasSubstr("s3cret")));
  }
}

TEST(MysqlReasons, Codes) {
  struct Row {
    unsigned code;
    const char* message;
    std::string_view reason;
  };
  for (const auto& [code, message, reason] : std::initializer_list<Row>{
           {1040, "Too many connections", "too_many_connections"},
           {1203, "User u has already more than 'max_user_connections'", "too_many_connections"},
           {1226, "User 'u' has exceeded the 'max_user_connections' resource", "too_many_connections"},
           {1044, "Access denied for user 'u' to database 'x'", "forbidden"},
           {1045, "Access denied for user 'u'@'h' (using password: YES)", "auth"},
           {1049, "Unknown database 'x'", "no_database"},
           {1047, "WSREP has not yet prepared node for application use", "not_ready"},
           {1053, "Server shutdown in progress", "not_ready"},
           {1142, "SELECT command denied", "forbidden"},
           {1146, "Table 'x.y' doesn't exist", "missing_table"},
           {1290, "running with the --read-only option", "read_only"},
           {1969, "max_statement_time exceeded", "query_timeout"},
           {3024, "maximum statement execution time exceeded", "query_timeout"},
           {1064, "You have an error in your SQL syntax", "assertion"},
           {1064, "near '(111)'", "assertion"},  // words are looked at in the library's own errors only
           {2003, "Can't connect to server on 'h' (111)", "connect_refused"},
           {2002, "Can't connect to server on 'h' (111)", "connect_refused"},
           {2002, "Can't connect to server on 'h' (113)", "unreachable"},
           {2002, "Can't connect to server on 'h' (110)", "connect_timeout"},
           {2002, "Can't connect to local server through socket '/s' (2)", "connect_refused"},
           {2005, "Unknown server host 'h'", "dns_failure"},
           {2013, "Lost connection to server at 'reading authorization packet', system error: 104", "reset"},
           {2013, "Lost connection to server at 'handshake: reading', system error: 0", "truncated"},
           {2026, "TLS/SSL error: certificate has expired", "tls_expired"},
           {2026, "TLS/SSL error: self-signed certificate", "tls_untrusted"},
           {2026, "TLS/SSL error: Hostname mismatch", "tls_host_mismatch"},
           {2026, "TLS/SSL error: SSL is required, but the server does not support it", "tls_protocol"},
           {2008, "Client run out of memory", "too_large"},
           {5010, "plugin 'dialog' not allowed", "auth_downgrade"},
           {2999, "?", "assertion"},
       })
    EXPECT_EQ(name(mysql_failure(code, message, Reason::assertion).reason), reason) << code << message;
}

TEST(MysqlReasons, AreOnePrintableLine) {
  EXPECT_EQ(mysql_failure(1045, "a\nb", Reason::assertion).detail, "error 1045: a\\nb");
}

}  // namespace
}  // namespace answerback::probes
