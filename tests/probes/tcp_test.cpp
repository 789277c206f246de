#include "probes/tcp.h"

#include <gmock/gmock.h>

#include "probes/one_run.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TcpSettings settings_of(const std::string& keys) {
  Reading reading(keys);
  TcpSettings settings = read_tcp(reading.fields());
  reading.fields().finish();
  EXPECT_TRUE(reading.ok()) << reading.text();
  return settings;
}

TEST(ReadTcp, KeysAreRead) {
  const TcpSettings settings =
      settings_of("address: '[::1]:6379'\n    send: \"PING\\r\\n\"\n    expect: '^\\+PONG'");
  EXPECT_EQ(settings.address.host, "::1");
  EXPECT_EQ(settings.address.port, 6379);
  EXPECT_EQ(settings.send, "PING\r\n");
  EXPECT_EQ(settings.expect->text(), "^\\+PONG");
  EXPECT_FALSE(settings.tls);
}

TEST(ReadTcp, MistakesAreTold) {
  Reading reading("address: nowhere\n    expect: '('\n    tls_config: {server_name: a}");
  read_tcp(reading.fields());
  for (const std::string_view part :
       {".address", "no regular expression", "has no effect without tls: true"}) {
    EXPECT_THAT(reading.text(), HasSubstr(part));
  }
}

TEST(JudgeTcp, ReadsOnUntilItMatchesEndsOrIsFull) {
  const TcpSettings settings = settings_of("address: 'a:1'\n    expect: '^SSH-2'\n    max_bytes: 8");
  EXPECT_EQ(judge(settings, "SS", false), Banner::read_on);
  EXPECT_EQ(judge(settings, "SSH-2", false), Banner::as_expected);
  EXPECT_EQ(judge(settings, "SSH-2", true), Banner::as_expected);
  EXPECT_EQ(judge(settings, "SS", true), Banner::wrong);
  EXPECT_EQ(judge(settings, "HTTP/1.1", false), Banner::wrong);
  EXPECT_EQ(wrong_banner(settings, "HTTP/1.1\r\n", true).detail,
            "wanted a match of ^SSH-2, got 10 bytes and the end: HTTP/1.1\\r\\n");
}

std::string at(const test::Peer& peer) { return "address: '127.0.0.1:" + std::to_string(peer.port()) + "'"; }

TEST(TcpProbe, AnAcceptedConnectionIsEnough) {
  Loop loop;
  test::Peer peer(loop.io, [](test::Connection& connection) { return connection.hold(); });
  const Seen seen = run_once(loop, tcp, at(peer));
  EXPECT_EQ(seen.result.verdict, Verdict::pass) << seen.result.detail;
  EXPECT_EQ(seen.result.detail, "connection accepted");
  EXPECT_EQ(seen.evidence.bytes_received(), 1u);
}

TEST(TcpProbe, SendsAndFindsTheAnswer) {
  Loop loop;
  test::Peer peer(loop.io, [](test::Connection& connection) -> asio::awaitable<void> {
    co_await connection.read_until("PING\r\n");
    co_await connection.write_slowly("+PONG\r\n", 1, 0ms);
    co_await connection.hold();
  });
  const Seen seen =
      run_once(loop, tcp, at(peer) + "\n    send: \"PING\\r\\n\"\n    expect: '^\\+PONG\\r\\n'");
  EXPECT_EQ(seen.result.verdict, Verdict::pass) << seen.result.detail;
  EXPECT_EQ(seen.result.detail, "answered: +PONG\\r\\n");
  EXPECT_EQ(seen.evidence.bytes_sent(), 6u);
  ASSERT_EQ(seen.evidence.frames().size(), 1u);
  EXPECT_EQ(seen.evidence.frames()[0].text, "+PONG\r\n");
}

TEST(TcpProbe, AnotherAnswerFails) {
  Loop loop;
  test::Peer peer(loop.io,
                  [](test::Connection& connection) { return connection.write("HTTP/1.1 400 Bad Request"); });
  const Seen seen = run_once(loop, tcp, at(peer) + "\n    expect: '^SSH-'");
  EXPECT_EQ(seen.reason(), "assertion");
  EXPECT_THAT(seen.result.detail, HasSubstr("got 24 bytes and the end: HTTP/1.1 400 Bad Request"));
}

TEST(TcpProbe, AnEndlessAnswerIsCutAtTheLimit) {
  Loop loop;
  test::Peer peer(loop.io, [](test::Connection& connection) -> asio::awaitable<void> {
    for (;;) co_await connection.write(std::string(1024, 'x'));
  });
  const Seen seen = run_once(loop, tcp, at(peer) + "\n    expect: '^SSH-'\n    max_bytes: 1500");
  EXPECT_EQ(seen.reason(), "assertion");
  EXPECT_THAT(seen.result.detail, HasSubstr("got 1500 bytes: xxx"));
}

TEST(TcpProbe, SilenceAndAnEndIsTruncated) {
  Loop loop;
  test::Peer peer(loop.io, [](test::Connection&) -> asio::awaitable<void> { co_return; });
  EXPECT_EQ(run_once(loop, tcp, at(peer) + "\n    expect: '^SSH-'").reason(), "truncated");
}

TEST(TcpProbe, SpeaksTls) {
  Loop loop;
  const test::Authority authority;
  const test::TempFile ca(authority.pem());
  test::Peer peer(loop.io, authority.issue({.names = {"127.0.0.1"}, .ends = 30 * 24h}),
                  [](test::Connection& connection) -> asio::awaitable<void> {
                    co_await connection.write("220 ready\r\n");
                    co_await connection.hold();
                  });
  const std::string keys = at(peer) + "\n    expect: '^220 '\n    tls: true";
  const Seen trusted = run_once(loop, tcp, keys + "\n    tls_config: {ca_file: " + ca.path() + "}");
  EXPECT_EQ(trusted.result.verdict, Verdict::pass) << trusted.reason() << ": " << trusted.result.detail;
  EXPECT_EQ(run_once(loop, tcp, keys).reason(), "tls_untrusted");
}

TEST(TcpProbe, WarnsWhenSlow) {
  Loop loop;
  test::Peer peer(loop.io, [](test::Connection& connection) -> asio::awaitable<void> {
    co_await connection.wait(20ms);
    co_await connection.write("ok");
    co_await connection.hold();
  });
  const Seen seen = run_once(loop, tcp, at(peer) + "\n    expect: ok\n    slow: {warn: 10ms}");
  EXPECT_EQ(seen.result.verdict, Verdict::warn);
  EXPECT_EQ(seen.reason(), "slow");
}

}  // namespace
}  // namespace answerback::probes
