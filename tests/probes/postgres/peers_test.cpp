// What hostile, broken and refusing peers make of a run.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probes/postgres/fake_postgres.h"
#include "probes/postgres/harness.h"

namespace answerback::test {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

const std::string zero(1, '\0');
const std::string scram_offer = authentication(10, "SCRAM-SHA-256" + zero + zero);

std::string_view reason_of(const Outcome& outcome) { return name(outcome.result.reason); }

// What the peer heard after the startup message, and the outcome.
struct Heard {
  Outcome outcome;
  std::string after_startup;
};
Heard hear(const std::string& answer, std::string_view more = "sslmode=disable") {
  Heard heard;
  {
    FakePostgres peer([&](FakeClient& client) {
      client.read_startup();
      client.send(answer);
      heard.after_startup += client.read_rest();
    });
    heard.outcome = probe_postgres(peer.dsn(more));
  }
  return heard;
}

TEST(PostgresPeers, NothingListens) {
  std::string dsn;
  {
    dsn = FakePostgres([](FakeClient&) {}).dsn();
  }
  const Outcome outcome = probe_postgres(dsn);
  EXPECT_EQ(reason_of(outcome), "connect_refused") << outcome.result.detail;
  EXPECT_EQ(outcome.phase, Phase::connect);
}

TEST(PostgresPeers, Garbage) {
  EXPECT_EQ(reason_of(hear("\x01\x02garbage garbage").outcome), "protocol");
  EXPECT_EQ(reason_of(hear("\x01\x02garbage garbage", "sslmode=require").outcome), "tls_protocol")
      << "TLS is refused before anything else";
}

TEST(PostgresPeers, HttpServer) {
  FakePostgres peer([](FakeClient& client) {
    client.read(8);
    client.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  });
  for (const char* mode : {"sslmode=disable", "sslmode=prefer", "sslmode=verify-full"}) {
    const Outcome outcome = probe_postgres(peer.dsn(mode));
    EXPECT_EQ(reason_of(outcome), "protocol") << mode;
    EXPECT_THAT(outcome.result.detail, HasSubstr("not a PostgreSQL server")) << mode;
  }
}

TEST(PostgresPeers, HugeLength) {
  EXPECT_EQ(reason_of(hear("R\x7f\xff\xff\xff" + zero).outcome), "protocol");
}

TEST(PostgresPeers, UnknownAuthentication) {
  const Outcome outcome = hear(authentication(4711)).outcome;
  EXPECT_EQ(reason_of(outcome), "protocol") << outcome.result.detail;
  EXPECT_EQ(outcome.phase, Phase::sign_in);
}

TEST(PostgresPeers, TlsRefusedWhereRequired) {
  const Heard heard = hear(authentication(0), "sslmode=require");
  EXPECT_EQ(reason_of(heard.outcome), "tls_protocol") << heard.outcome.result.detail;
}

TEST(PostgresPeers, PasswordInTheClearIsNotSent) {
  const Heard heard = hear(authentication(3));
  EXPECT_EQ(reason_of(heard.outcome), "auth_downgrade");
  EXPECT_EQ(heard.after_startup, "");
}

TEST(PostgresPeers, PasswordInTheClearIsNotSentBehindAnotherQuestion) {
  for (const char* mode : {"sslmode=disable", "sslmode=prefer"}) {
    const Heard heard = hear(authentication(5, "salt") + authentication(3), mode);
    EXPECT_EQ(reason_of(heard.outcome), "auth_downgrade") << mode;
    EXPECT_THAT(heard.after_startup, Not(HasSubstr(FakePostgres::password))) << mode;
    EXPECT_EQ(heard.after_startup.size(), 41U) << "the MD5 answer alone";
  }
}

TEST(PostgresPeers, PasswordInTheClearIsNotSentAheadOfTheStartup) {
  std::string heard;
  {
    FakePostgres peer([&](FakeClient& client) {
      client.read(8);  // SSLRequest
      client.send("N" + authentication(3));
      heard += client.read_rest();
    });
    EXPECT_EQ(reason_of(probe_postgres(peer.dsn("sslmode=prefer"))), "auth_downgrade");
  }
  EXPECT_THAT(heard, Not(HasSubstr(FakePostgres::password)));
}

TEST(PostgresPeers, EndlessScramIterations) {
  FakePostgres peer([](FakeClient& client) {
    client.read_startup();
    client.send(scram_offer);
    const std::string first = client.read_message();
    const std::string nonce = first.substr(first.find("r=") + 2);
    client.send(authentication(11, "r=" + nonce + "ABC,s=QUJDREVGR0hJSktMTU5PUA==,i=30000000"));
    client.read_rest();
  });
  const Outcome outcome = probe_postgres(peer.dsn(), 1s);
  EXPECT_TRUE(outcome.late);
  EXPECT_EQ(reason_of(outcome), "read_timeout");
  EXPECT_EQ(outcome.phase, Phase::sign_in);
  EXPECT_LT(outcome.took, 1100ms);
}

TEST(PostgresPeers, ParameterFlood) {
  FakePostgres peer([](FakeClient& client) {
    client.read_startup();
    client.send(authentication(0));
    const std::string value(1000, 'x');
    for (int i = 0; i < 20'000; ++i) client.send(parameter("p" + std::to_string(i), value));
    client.read_rest();
  });
  const Outcome outcome = probe_postgres(peer.dsn());
  EXPECT_EQ(reason_of(outcome), "too_large") << outcome.result.detail;
  EXPECT_LT(outcome.received, 10'000'000U);
}

TEST(PostgresPeers, LetInAndThenSilence) {
  FakePostgres peer([](FakeClient& client) {
    client.read_startup();
    client.send(authentication(0));
    client.read_rest();
  });
  const Outcome outcome = probe_postgres(peer.dsn(), 1s);
  EXPECT_TRUE(outcome.late);
  EXPECT_EQ(reason_of(outcome), "not_ready");
  EXPECT_EQ(outcome.phase, Phase::sign_in);
}

TEST(PostgresPeers, SilenceFromTheStart) {
  FakePostgres peer([](FakeClient& client) { client.read_rest(); });
  const Outcome outcome = probe_postgres(peer.dsn("sslmode=verify-full"), 1s);
  EXPECT_EQ(reason_of(outcome), "read_timeout");
  EXPECT_EQ(outcome.phase, Phase::sign_in);
}

TEST(PostgresPeers, TlsThatNeverAnswers) {
  FakePostgres peer([](FakeClient& client) {
    client.read(8);
    client.send("S");
    client.read_rest();
  });
  const Outcome outcome = probe_postgres(peer.dsn("sslmode=require"), 1s);
  EXPECT_EQ(reason_of(outcome), "tls_timeout");
  EXPECT_EQ(outcome.phase, Phase::tls);
}

TEST(PostgresPeers, TlsOfGarbage) {
  FakePostgres peer([](FakeClient& client) {
    client.read(8);
    client.send("S");
    client.read(5);
    client.send("this is no TLS record");
  });
  EXPECT_EQ(reason_of(probe_postgres(peer.dsn("sslmode=require"))), "tls_protocol");
}

TEST(PostgresPeers, ErrorsOfTheServer) {
  const std::pair<const char*, const char*> cases[] = {
      {"53300", "too_many_connections"}, {"57P03", "not_ready"}, {"28P01", "auth"},    {"28000", "auth"},
      {"3D000", "no_database"},          {"42501", "forbidden"}, {"08P01", "protocol"}};
  for (const auto& [sqlstate, reason] : cases) {
    const Outcome outcome = hear(error(sqlstate, "as you see")).outcome;
    EXPECT_EQ(reason_of(outcome), reason) << sqlstate;
    EXPECT_THAT(outcome.result.detail, HasSubstr("as you see"));
    EXPECT_EQ(outcome.phase, Phase::sign_in);
  }
}

TEST(PostgresPeers, ServerRepeatsThePassword) {
  const Outcome outcome = hear(error("28P01", "bad password " + std::string(FakePostgres::password))).outcome;
  EXPECT_THAT(outcome.result.detail, HasSubstr("bad password <secret>"));
}

TEST(PostgresPeers, ClosedOrBrokenOff) {
  FakePostgres closing([](FakeClient& client) { client.read_startup(); });
  EXPECT_EQ(reason_of(probe_postgres(closing.dsn())), "truncated");
  FakePostgres resetting([](FakeClient& client) {
    client.read_startup();
    client.reset();
  });
  EXPECT_EQ(reason_of(probe_postgres(resetting.dsn())), "reset");
}

TEST(PostgresPeers, ServedAndThenSilence) {
  FakePostgres peer([](FakeClient& client) {
    client.read_startup();
    client.send(authentication(0) + parameter("server_version", "15.1") + message('Z', "I"));
    client.read_rest();
  });
  const Outcome outcome = probe_postgres(peer.dsn(), 1s);
  EXPECT_TRUE(outcome.late);
  EXPECT_EQ(reason_of(outcome), "query_timeout");
  EXPECT_EQ(outcome.phase, Phase::query);
}

TEST(PostgresPeers, GarbageInsteadOfAnAnswer) {
  FakePostgres peer([](FakeClient& client) {
    client.read_startup();
    client.send(authentication(0) + parameter("server_version", "15.1") + message('Z', "I"));
    client.read(5);
    client.send("HTTP/1.1 200 OK\r\n\r\n");
  });
  const Outcome outcome = probe_postgres(peer.dsn());
  EXPECT_EQ(reason_of(outcome), "protocol") << outcome.result.detail;
  EXPECT_EQ(outcome.phase, Phase::query);
}

}  // namespace
}  // namespace answerback::test
