#include "probes/postgres/dsn.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace answerback::probes {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(PostgresDsn, Uri) {
  EXPECT_EQ(parse_dsn("postgresql://al:p%40ss@db.local:6432/chat?sslmode=require&connect_timeout=3").value(),
            (Dsn{{"user", "al"},
                 {"password", "p@ss"},
                 {"host", "db.local"},
                 {"port", "6432"},
                 {"dbname", "chat"},
                 {"sslmode", "require"},
                 {"connect_timeout", "3"}}));
  EXPECT_EQ(parse_dsn("postgres://db").value(), (Dsn{{"host", "db"}}));
  EXPECT_EQ(parse_dsn("postgresql:///chat?host=/run/postgresql").value(),
            (Dsn{{"dbname", "chat"}, {"host", "/run/postgresql"}}));
  EXPECT_EQ(parse_dsn("postgresql+asyncpg://u@[::1]:5433/x").value(),
            (Dsn{{"user", "u"}, {"host", "::1"}, {"port", "5433"}, {"dbname", "x"}}));
}

TEST(PostgresDsn, SeveralHosts) {
  EXPECT_EQ(parse_dsn("postgresql://a,b:6000,[::2]/x").value(),
            (Dsn{{"host", "a,b,::2"}, {"port", ",6000,"}, {"dbname", "x"}}));
}

TEST(PostgresDsn, Pairs) {
  EXPECT_EQ(parse_dsn("host=db  port = 5433 password='it\\'s a \\\\' dbname=''").value(),
            (Dsn{{"host", "db"}, {"port", "5433"}, {"password", "it's a \\"}, {"dbname", ""}}));
}

TEST(PostgresDsn, ErrorsTellNoSecret) {
  for (const char* text :
       {"postgresql://u:s3cret%zz@h/x", "postgresql://u:s3c#ret@h:54x/x", "password=s3cret nonsense",
        "host=h password='s3cret", "s3cret", "postgresql://h/x?foo=s3cret", "http://s3cret@h/",
        "postgres//u:s3cret@h/x?sslmode=require"}) {
    const auto parsed = parse_dsn(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_THAT(parsed.error(), Not(HasSubstr("s3c"))) << text;
  }
}

TEST(PostgresDsn, VerifiesUnlessLocalOrToldOtherwise) {
  const auto mode = [](std::string_view text) {
    Dsn dsn = parse_dsn(text).value();
    complete_dsn(dsn);
    return dsn["sslmode"];
  };
  EXPECT_EQ(mode("postgresql://db.example/x"), "verify-full");
  EXPECT_EQ(mode("postgresql://10.0.0.7/x"), "verify-full");
  EXPECT_EQ(mode("postgresql://localhost/x"), "prefer");
  EXPECT_EQ(mode("postgresql://127.0.0.2/x"), "prefer");
  EXPECT_EQ(mode("postgresql://[::1]/x"), "prefer");
  EXPECT_EQ(mode("host=/run/postgresql"), "prefer");
  EXPECT_EQ(mode("postgresql://localhost,db.example/x"), "verify-full");
  EXPECT_EQ(mode("host=localhost hostaddr=10.0.0.7"), "verify-full");
  EXPECT_EQ(mode("postgresql://db.example/x?sslmode=disable"), "disable");
}

TEST(PostgresDsn, CompletesOnlyWhatIsOpen) {
  Dsn dsn = parse_dsn("host=db.example application_name=mine sslrootcert=/ca.pem").value();
  complete_dsn(dsn);
  EXPECT_EQ(dsn["application_name"], "mine");
  EXPECT_EQ(dsn["sslrootcert"], "/ca.pem");
  EXPECT_EQ(dsn["gssencmode"], "disable");
}

TEST(PostgresDsn, HostToResolve) {
  EXPECT_EQ(host_to_resolve({{"host", "db"}}), "db");
  EXPECT_EQ(host_to_resolve({{"host", "/run"}}), "");
  EXPECT_EQ(host_to_resolve({{"host", "a,b"}}), "");
  EXPECT_EQ(host_to_resolve({{"host", "db"}, {"hostaddr", "10.0.0.7"}}), "");
  EXPECT_EQ(host_to_resolve({}), "");
}

}  // namespace
}  // namespace answerback::probes
