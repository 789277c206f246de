// The TLS rows of a target's faults, each by a peer that really does it.

#include "net/tls.h"

#include <gmock/gmock.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "lab.h"

namespace answerback::net {
namespace {

using namespace std::chrono_literals;
using test::Authority;
using test::Connection;
using test::Identity;
using test::Peer;
using test::TempFile;
using testing::HasSubstr;
using testing::IsEmpty;

using Handshake = std::expected<std::unique_ptr<TlsStream>, Failure>;

struct TlsTest : testing::Test {
  Lab lab;
  Authority ca;
  TempFile ca_file{ca.pem()};
  TlsSettings settings{.ca_file = ca_file.path()};

  asio::awaitable<Handshake> shake(std::uint16_t port, std::string host) {
    TcpSocket socket(lab.io);
    co_await socket.async_connect({asio::ip::address_v4::loopback(), port}, asio::use_awaitable);
    co_return co_await lab.tls.handshake(lab.run, std::move(socket), settings, host);
  }
  Handshake with(const Peer& peer, std::string host = "good.test") {
    return test::finish(lab.io, shake(peer.port(), std::move(host)));
  }
  Handshake with(Identity identity, std::string host = "good.test", test::TlsOptions options = {}) {
    Peer peer(lab.io, std::move(identity), [](Connection& c) { return c.hold(); }, options);
    return with(peer, std::move(host));
  }
  Handshake with_plain(std::string bytes) {
    Peer peer(lab.io, [bytes](Connection& c) -> asio::awaitable<void> {
      co_await c.read_some();
      co_await c.write(bytes);
      co_await c.hold();
    });
    return with(peer);
  }
  double expiry_from_now() {
    const Sample* expiry = lab.sample(Measure::certificate_expiry);
    return expiry ? expiry->value - seconds(lab.clock.wall().time_since_epoch()) : -1e9;
  }
};

void expect_failure(const Handshake& result, Reason reason, std::string_view words) {
  ASSERT_FALSE(result) << "the handshake succeeded";
  EXPECT_EQ(name(result.error().reason), name(reason)) << result.error().detail;
  EXPECT_THAT(result.error().detail, HasSubstr(std::string(words)));
}

TEST_F(TlsTest, AVerifiedPeerIsAcceptedAndItsExpiryMeasured) {
  const Handshake result = with(ca.issue({.names = {"good.test"}, .ends = 10h}));
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_NEAR(expiry_from_now(), 36000, 60);
  EXPECT_TRUE(lab.entered(Phase::tls));
  EXPECT_GT(lab.evidence.bytes_sent(), 100u);
  EXPECT_GT(lab.evidence.bytes_received(), 100u);
}

TEST_F(TlsTest, TheEarliestExpiryOfTheChainCounts) {
  const Authority middle("middle", ca, {.ends = 3h});
  const Handshake result = with(middle.issue({.names = {"good.test"}, .ends = 10h}));
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_NEAR(expiry_from_now(), 3 * 3600, 60);
  ASSERT_NE(lab.sample(Measure::certificate_lifetime), nullptr);
  EXPECT_NEAR(lab.sample(Measure::certificate_lifetime)->value, 4 * 3600, 60);
}

TEST_F(TlsTest, TheNameIsSentAndTheConfiguredOneWins) {
  std::vector<std::string> names;
  Peer peer(lab.io, ca.issue({.names = {"good.test"}}), [&](Connection& c) -> asio::awaitable<void> {
    names.push_back(c.server_name());
    co_await c.hold();
  });
  EXPECT_TRUE(with(peer, "good.test."));
  settings.server_name = "good.test";
  EXPECT_TRUE(with(peer, "other.test"));
  lab.io.poll();
  EXPECT_THAT(names, testing::ElementsAre("good.test", "good.test"));
}

TEST_F(TlsTest, AnAddressIsCheckedAsAnAddress) {
  EXPECT_TRUE(with(ca.issue({.names = {"127.0.0.1"}}), "127.0.0.1"));
  expect_failure(with(ca.issue({.names = {"127.0.0.2"}}), "127.0.0.1"), Reason::tls_host_mismatch,
                 "certificate is for 127.0.0.2, not for 127.0.0.1");
}

TEST_F(TlsTest, Expired) {
  expect_failure(with(ca.issue({.names = {"good.test"}, .begins = -48h, .ends = -24h})), Reason::tls_expired,
                 "certificate expired at 20");
  EXPECT_NEAR(expiry_from_now(), -24 * 3600, 60) << "measured although refused";
}

TEST_F(TlsTest, AnExpiredIntermediateIsNamed) {
  const Authority middle("middle", ca, {.begins = -48h, .ends = -1h});
  expect_failure(with(middle.issue({.names = {"good.test"}})), Reason::tls_expired,
                 "CA certificate at depth 1 expired");
}

TEST_F(TlsTest, NotYetValid) {
  expect_failure(with(ca.issue({.names = {"good.test"}, .begins = 1h})), Reason::tls_not_yet_valid,
                 "is not valid before");
}

TEST_F(TlsTest, SelfSigned) {
  expect_failure(with(test::self_signed({.names = {"good.test"}})), Reason::tls_untrusted, "self-signed");
  EXPECT_NEAR(expiry_from_now(), 24 * 3600, 60);
}

TEST_F(TlsTest, UnknownAuthority) {
  const Authority other("somebody else");
  expect_failure(with(other.issue({.names = {"good.test"}})), Reason::tls_untrusted, "not trusted");
}

TEST_F(TlsTest, WithoutACaFileTheSystemsAreUsedAndDoNotKnowOurs) {
  settings.ca_file.clear();
  expect_failure(with(ca.issue({.names = {"good.test"}})), Reason::tls_untrusted, "not trusted");
}

TEST_F(TlsTest, WrongHost) {
  expect_failure(with(ca.issue({.names = {"a.test", "b.test"}})), Reason::tls_host_mismatch,
                 "certificate is for a.test, b.test, not for good.test");
}

TEST_F(TlsTest, InsecureAcceptsAnyCertificateAndStillMeasures) {
  settings.insecure_skip_verify = true;
  const Handshake result = with(test::self_signed({.names = {"x.test"}, .begins = -48h, .ends = -24h}));
  ASSERT_TRUE(result) << result.error().detail;
  EXPECT_NEAR(expiry_from_now(), -24 * 3600, 60);
  EXPECT_TRUE(lab.sample(Measure::tls_unverified)) << "it is not hushed up";
}

TEST_F(TlsTest, PlainHttpOnTheTlsPort) {
  expect_failure(with_plain("HTTP/1.1 400 Bad Request\r\n\r\n"), Reason::tls_protocol,
                 "answered with plain HTTP on the TLS port");
}

TEST_F(TlsTest, OtherPlainTextOnTheTlsPort) {
  expect_failure(with_plain("SSH-2.0-OpenSSH_9.2\r\n"), Reason::tls_protocol,
                 "plain text on the TLS port (\"SSH-2");
}

TEST_F(TlsTest, GarbageOnTheTlsPort) {
  expect_failure(with_plain(std::string("\0\1\2\3\4\5\6\7", 8)), Reason::tls_protocol, "not TLS");
}

TEST_F(TlsTest, HalfARecordThenTheEnd) {
  Peer peer(lab.io, [](Connection& c) -> asio::awaitable<void> {
    co_await c.read_some();
    co_await c.write(std::string("\x16\x03\x03\x00\x40\x02\x00", 7));
  });
  expect_failure(with(peer), Reason::tls_protocol, "closed the connection during the TLS handshake");
}

TEST_F(TlsTest, HangsUpAtOnce) {
  Peer peer(lab.io, [](Connection& c) -> asio::awaitable<void> { co_await c.read_some(); });
  expect_failure(with(peer), Reason::tls_protocol, "closed the connection during the TLS handshake");
}

TEST_F(TlsTest, Reset) {
  Peer peer(lab.io, [](Connection& c) -> asio::awaitable<void> {
    co_await c.read_some();
    c.reset();
  });
  expect_failure(with(peer), Reason::reset, "reset");
}

TEST_F(TlsTest, AnOldProtocolIsRefusedUnlessAskedFor) {
  const Identity identity = ca.issue({.names = {"good.test"}});
  expect_failure(with(identity, "good.test", {.newest = TLS1_1_VERSION}), Reason::tls_protocol,
                 "no TLS version");
  settings.min_version = "TLS10";
  EXPECT_TRUE(with(identity, "good.test", {.newest = TLS1_1_VERSION}));
  settings.min_version = "TLS13";
  expect_failure(with(identity, "good.test", {.newest = TLS1_2_VERSION}), Reason::tls_protocol,
                 "no TLS version");
}

TEST_F(TlsTest, AClientCertificateThatIsMissingOrThere) {
  const Authority clients("clients");
  const Identity server = ca.issue({.names = {"good.test"}});
  const test::TlsOptions wants{.newest = TLS1_2_VERSION, .client_ca = clients.pem()};
  expect_failure(with(server, "good.test", wants), Reason::tls_protocol, "wants a client certificate");

  const Identity own = clients.issue({.names = {"probe.test"}});
  const TempFile certificate(own.certificates), key(own.key);
  settings.cert_file = certificate.path();
  settings.key_file = key.path();
  const Handshake result = with(server, "good.test", wants);
  EXPECT_TRUE(result) << result.error().detail;
}

TEST_F(TlsTest, AnEndWithoutGoodbyeIsThePeersDoing) {
  const Failure failure = tls_failure(asio::ssl::error::stream_truncated, "waiting for the answer");
  EXPECT_EQ(name(failure.reason), "truncated");
  EXPECT_EQ(failure.detail, "connection closed while waiting for the answer");
}

TEST_F(TlsTest, FilesThatCannotBeUsedAreFailuresWithTheirPath) {
  const Identity good = ca.issue({.names = {"good.test"}});
  settings.ca_file = "/nowhere/ca.pem";
  expect_failure(with(good), Reason::tls_untrusted, "CA file /nowhere/ca.pem cannot be read: No such file");
  ca_file.write("not a certificate");
  settings.ca_file = ca_file.path();
  expect_failure(with(good), Reason::tls_untrusted, "holds no usable certificate");
  ca_file.write(ca.pem());
  EXPECT_TRUE(with(good)) << "a repaired file is read again";
  settings.cert_file = "/nowhere/cert.pem";
  expect_failure(with(good), Reason::tls_untrusted, "certificate file /nowhere/cert.pem cannot be read");
}

TEST_F(TlsTest, ACaFileSwappedUnderUsIsNoticed) {
  const Authority next("the next CA");
  const Identity before = ca.issue({.names = {"good.test"}}), after = next.issue({.names = {"good.test"}});
  ASSERT_TRUE(with(before));
  expect_failure(with(after), Reason::tls_untrusted, "not trusted");
  ca_file.write(next.pem());
  EXPECT_TRUE(with(after));
  expect_failure(with(before), Reason::tls_untrusted, "not trusted");
}

TEST_F(TlsTest, SilenceEndsWithTheCancellation) {
  Peer peer(lab.io, [](Connection& c) { return c.hold(); });
  EXPECT_LT(lab.cancelled_after(100ms, shake(peer.port(), "good.test")), 500ms);
  EXPECT_EQ(lab.phases.late(), Reason::tls_timeout);
}

TEST_F(TlsTest, EveryConnectionProvesTheFullHandshake) {
  const Identity identity = ca.issue({.names = {"good.test"}});
  Peer peer(lab.io, identity, [](Connection& c) { return c.hold(); });
  for (int i = 0; i < 3; ++i) {
    const Handshake result = with(peer);
    ASSERT_TRUE(result);
    EXPECT_EQ(SSL_session_reused((*result)->native_handle()), 0);
  }
}

// All answers arrive in one turn of the loop; even so, somebody else runs between any two of the steps they
// cause.
TEST_F(TlsTest, HandshakesTakeTurnsWithEverybodyElse) {
  constexpr std::size_t many = 40;
  std::size_t asked = 0, done = 0, others = 0;
  asio::steady_timer all_asked(lab.io, 1h);
  Peer peer(lab.io, [&](Connection& c) -> asio::awaitable<void> {
    co_await c.read_some();
    // Cancelled waits are the signal; the last one to come gives it.
    if (++asked == many) all_asked.cancel();
    if (asked < many) co_await all_asked.async_wait(asio::as_tuple(asio::use_awaitable));
    co_await c.write("HTTP/1.1 400 Bad Request\r\n\r\n");
    co_await c.hold();
  });
  std::function<void()> other = [&] {
    ++others;
    if (done < many) asio::post(lab.io, other);
  };
  std::vector<std::size_t> others_when_done;
  for (std::size_t i = 0; i < many; ++i)
    asio::co_spawn(lab.io, shake(peer.port(), "good.test"), [&](std::exception_ptr, Handshake) {
      ++done;
      others_when_done.push_back(others);
    });
  asio::post(lab.io, other);
  const Steady end = lab.clock.now() + 20s;
  while (done < many && lab.clock.now() < end) lab.io.run_one_for(1s);
  ASSERT_EQ(done, many);
  EXPECT_EQ(std::ranges::adjacent_find(others_when_done), others_when_done.end());
}

}  // namespace
}  // namespace answerback::net
