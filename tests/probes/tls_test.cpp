#include "probes/tls/tls.h"

#include <gmock/gmock.h>
#include <openssl/ssl.h>

#include "probe/within.h"
#include "probes/one_run.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using test::Connection;
using testing::HasSubstr;

// All that is sent for a talk in which the peer says these bytes, `piece` at a time; or what went wrong.
std::string talked(StartTls kind, std::string_view said, std::size_t piece) {
  StartTlsTalk talk(kind);
  std::string sent = talk.to_send();
  for (; !said.empty(); said.remove_prefix(std::min(piece, said.size()))) {
    if (const auto taken = talk.take(said.substr(0, piece)); !taken)
      return std::string(name(taken.error().reason)) + " " + taken.error().detail;
    sent += talk.to_send();
  }
  return sent + (talk.agreed() ? "<TLS>" : "");
}

constexpr std::string_view smtp_polite =
    "220-hello\r\n220 there\r\n250-mail\r\n250-SIZE 1\r\n250 starttls\r\n220 go\r\n";

TEST(StartTls, TalksAreTheSameHoweverTheyArrive) {
  const std::string request("\0\0\0\x08\x04\xd2\x16\x2f", 8);
  EXPECT_EQ(talked(StartTls::postgres, "S", 1), request + "<TLS>");
  EXPECT_EQ(talked(StartTls::none, "", 1), "<TLS>");
  for (std::size_t piece = 1; piece <= smtp_polite.size(); ++piece)
    EXPECT_EQ(talked(StartTls::smtp, smtp_polite, piece), "EHLO answerback.invalid\r\nSTARTTLS\r\n<TLS>")
        << piece;
}

TEST(StartTls, RefusalsAndWhatIsNoSuchServer) {
  for (const auto& [kind, said, told] : std::initializer_list<std::tuple<StartTls, std::string, std::string>>{
           {StartTls::postgres, "N", "tls_protocol PostgreSQL speaks no TLS there (ssl = off)"},
           {StartTls::postgres, "E\0\0",
            "tls_protocol PostgreSQL answered the request for TLS with an error"},
           {StartTls::postgres, "HTTP/1.1 400 Bad Request\r\n",
            "protocol that is no PostgreSQL: HTTP/1.1 400 Bad Request\\r\\n"},
           {StartTls::smtp, "554 no\r\n", "tls_protocol the connection was answered: 554 no\\r\\n"},
           {StartTls::smtp, "421 busy\r\n", "not_ready the connection was answered: 421 busy\\r\\n"},
           {StartTls::smtp, "220 a\r\n250-STARTTLSX\r\n250 SIZE\r\n",
            "tls_protocol the server does not offer STARTTLS"},
           {StartTls::smtp, "220 a\r\n250 STARTTLS\r\n454 later\r\n",
            "tls_protocol STARTTLS was answered: 454 later\\r\\n"},
           {StartTls::smtp, "SSH-2.0-x\r\n", "protocol that is no SMTP: SSH-2.0-x\\r\\n"},
           {StartTls::smtp, "220_x\r\n", "protocol that is no SMTP: 220_x\\r\\n"},
           {StartTls::smtp, "22\n", "protocol that is no SMTP: 22\\n"},
       })
    EXPECT_EQ(talked(kind, said, 1000), told);
  EXPECT_THAT(talked(StartTls::smtp, "220-" + std::string(starttls_cap, 'x'), 1000), HasSubstr("too_large"));
}

TEST(StartTls, PlainTextBehindTheAgreementIsRefused) {
  EXPECT_THAT(talked(StartTls::postgres, "SX", 2),
              HasSubstr("tls_protocol sent 1 bytes of plain text after agreeing"));
  EXPECT_THAT(talked(StartTls::smtp, std::string(smtp_polite) + "250 injected\r\n", 1000),
              HasSubstr("tls_protocol sent 14 bytes of plain text after agreeing"));
}

class TlsPeers : public testing::Test {
 protected:
  Seen meet(const test::Identity& identity, const std::string& keys = "", test::TlsOptions options = {}) {
    test::Peer peer(
        loop_.io, identity, [](Connection& c) -> asio::awaitable<void> { co_await c.hold(); }, options);
    return run_once(loop_, tls, at(peer) + keys);
  }
  Seen meet(test::Peer::Script script, const std::string& keys = "") {
    test::Peer peer(loop_.io, std::move(script));
    return run_once(loop_, tls, at(peer) + keys);
  }
  std::string at(const test::Peer& peer) const {
    return "address: '127.0.0.1:" + std::to_string(peer.port()) +
           "'\n    tls_config: {server_name: a.test, ca_file: " + ca_file_.path() + more_ +
           "}\n    certificate: {warn: 1h}\n    ";
  }
  test::Authority ca_;
  test::TempFile ca_file_{ca_.pem()};
  test::Identity good_ = ca_.issue({.names = {"a.test"}});
  std::string more_;
  Loop loop_;
};

std::string told(const Seen& seen) { return std::string(seen.reason()) + " " + seen.result.detail; }

TEST_F(TlsPeers, WhatWasAgreedOnIsTold) {
  const Seen seen = meet(good_);
  EXPECT_EQ(seen.result.verdict, Verdict::pass) << seen.result.detail;
  EXPECT_THAT(seen.result.detail, HasSubstr("TLSv1.3, TLS_AES_256_GCM_SHA384, certificate of "));
  EXPECT_THAT(seen.result.detail, HasSubstr(" by answerback test CA (1 sent)"));
  ASSERT_EQ(seen.evidence.samples().size(), 2u);
  EXPECT_EQ(seen.evidence.samples()[0].measure, Measure::certificate_expiry);
  EXPECT_EQ(seen.evidence.samples()[1].measure, Measure::certificate_lifetime);
  EXPECT_GT(seen.evidence.bytes_received(), 0u);
}

TEST_F(TlsPeers, EveryCertificateThatIsNotGood) {
  const test::Authority other, between("between", ca_);
  test::Identity incomplete = between.issue({.names = {"a.test"}});
  EXPECT_EQ(meet(incomplete).result.verdict, Verdict::pass);
  constexpr std::string_view end = "-----END CERTIFICATE-----\n";
  incomplete.certificates.resize(incomplete.certificates.find(end) + end.size());
  EXPECT_EQ(meet(incomplete).reason(), "tls_untrusted");
  EXPECT_EQ(meet(ca_.issue({.names = {"a.test"}, .begins = -48h, .ends = -24h})).reason(), "tls_expired");
  EXPECT_EQ(meet(ca_.issue({.names = {"a.test"}, .begins = 1h})).reason(), "tls_not_yet_valid");
  EXPECT_EQ(meet(ca_.issue({.names = {"b.test"}})).reason(), "tls_host_mismatch");
  EXPECT_EQ(meet(test::self_signed({.names = {"a.test"}})).reason(), "tls_untrusted");
  EXPECT_EQ(meet(other.issue({.names = {"a.test"}})).reason(), "tls_untrusted");
  const Seen soon = meet(ca_.issue({.names = {"a.test"}, .ends = 30min}));
  EXPECT_EQ(soon.result.verdict, Verdict::warn);
  EXPECT_EQ(soon.reason(), "tls_expired");
}

TEST_F(TlsPeers, OldVersionsAndAlpn) {
  EXPECT_EQ(meet(good_, "", {.newest = TLS1_VERSION}).reason(), "tls_protocol");
  EXPECT_EQ(meet(good_, "", {.newest = TLS1_2_VERSION}).result.verdict, Verdict::pass);
  more_ = ", min_version: TLS13";
  EXPECT_EQ(meet(good_, "", {.newest = TLS1_2_VERSION}).reason(), "tls_protocol");
  more_ = "";
  EXPECT_EQ(told(meet(good_, "alpn: [h2, http/1.1]")),
            "assertion the server chose none of the protocols offered by ALPN");
}

TEST_F(TlsPeers, AClientCertificateIsShown) {
  const test::Identity ours = ca_.issue({.names = {"us"}});
  const test::TempFile certificate(ours.certificates), key(ours.key);
  // Of TLS 1.2, where the handshake itself ends with the server's refusal.
  EXPECT_EQ(meet(good_, "", {.newest = TLS1_2_VERSION, .client_ca = ca_.pem()}).reason(), "tls_protocol");
  more_ = ", cert_file: " + certificate.path() + ", key_file: " + key.path();
  EXPECT_EQ(meet(good_, "", {.newest = TLS1_2_VERSION, .client_ca = ca_.pem()}).result.verdict,
            Verdict::pass);
}

TEST_F(TlsPeers, WhoSpeaksNoTls) {
  EXPECT_EQ(told(meet([](Connection& c) -> asio::awaitable<void> {
              co_await c.write("SSH-2.0-OpenSSH_9.2\r\n");
              co_await c.hold();
            })),
            "tls_protocol answered with plain text on the TLS port (\"SSH-2…\")");
  EXPECT_EQ(meet([](Connection& c) -> asio::awaitable<void> {
              co_await c.read_some();
              c.close();
            }).reason(),
            "tls_protocol");
  EXPECT_EQ(meet([](Connection& c) -> asio::awaitable<void> {
              co_await c.read_some();
              co_await c.write(std::string("\x16\x03\x03\x40\x00", 5) + "half");  // a record that never ends
              c.close();
            }).reason(),
            "tls_protocol");
}

TEST_F(TlsPeers, SilenceAfterTheHelloIsATimeoutOfTls) {
  test::Peer peer(loop_.io, [](Connection& c) -> asio::awaitable<void> { co_await c.hold(); });
  Reading reading(at(peer));
  const auto probe = tls.make(reading.fields(), loop_.services);
  Seen seen;
  answerback::Run run{loop_.clock, loop_.clock.now() + 10s, seen.phases, seen.evidence, RunId{{1}, {1}}};
  EXPECT_FALSE(test::finish(loop_.io, within(loop_.clock, loop_.clock.now() + 50ms, probe->run(run))));
  EXPECT_EQ(seen.phases.late(), Reason::tls_timeout);
}

TEST_F(TlsPeers, TlsBeginsWhereItWasAgreed) {
  const auto postgres = [&](std::string word) {
    return [this, word](Connection& c) -> asio::awaitable<void> {
      co_await c.read_exactly(8);
      co_await c.write(word);
      if (word == "S") co_await c.secure(good_);
      co_await c.hold();
    };
  };
  EXPECT_EQ(meet(postgres("S"), "starttls: postgres").result.verdict, Verdict::pass);
  EXPECT_EQ(meet(postgres("N"), "starttls: postgres").reason(), "tls_protocol");
  EXPECT_THAT(told(meet(postgres("S\x16\x03"), "starttls: postgres")),
              HasSubstr("tls_protocol sent 2 bytes of plain text"));
  const Seen mail = meet(
      [this](Connection& c) -> asio::awaitable<void> {
        co_await c.write_slowly("220 mail\r\n", 3, 0ms);
        co_await c.read_until("EHLO answerback.invalid\r\n");
        co_await c.write("250-mail\r\n250 STARTTLS\r\n");
        co_await c.read_until("STARTTLS\r\n");
        co_await c.write("220 go\r\n");
        co_await c.secure(good_);
        co_await c.hold();
      },
      "starttls: smtp");
  EXPECT_EQ(mail.result.verdict, Verdict::pass) << mail.result.detail;
  EXPECT_EQ(meet(
                [](Connection& c) -> asio::awaitable<void> {
                  c.close();
                  co_return;
                },
                "starttls: smtp")
                .reason(),
            "truncated");
}

TEST(Tls, MistakesAreTold) {
  Reading reading("address: nowhere\n    alpn: ['']\n    starttls: ftp");
  read_tls_probe(reading.fields());
  reading.fields().finish();
  for (const std::string_view part : {".address", "alpn[0]", ".starttls"})
    EXPECT_THAT(reading.text(), HasSubstr(part));
}

}  // namespace
}  // namespace answerback::probes
