#include "probes/http.h"

#include <gmock/gmock.h>

#include "probes/one_run.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

// --- reading
// ---------------------------------------------------------------------------------------------------------

std::string authorization(const HttpSettings& settings) {
  const std::string* header = net::find_header(settings.request.headers, "authorization");
  return header ? *header : "";
}

TEST(ReadHttp, DefaultsAreAGetThatMustBeA2xx) {
  Reading reading("url: 'http://auth:8081/health'");
  const HttpSettings settings = read_http(reading.fields());
  reading.fields().finish();
  EXPECT_TRUE(reading.ok()) << reading.text();
  EXPECT_EQ(settings.request.method, "GET");
  EXPECT_EQ(settings.request.url.text(), "http://auth:8081/health");
  EXPECT_EQ(settings.request.redirects, 0);
  EXPECT_EQ(settings.request.limits.body_bytes, 1024u * 1024u);
  EXPECT_EQ(settings.expect.status_text, "2xx");
}

TEST(ReadHttp, SignsInOneWay) {
  struct Case {
    std::string keys, header;
  };
  for (const auto& [keys, header] : {
           Case{"url: 'http://a/'\n    bearer_token: t0ken", "Bearer t0ken"},
           Case{"url: 'http://a/'\n    basic_auth: {username: Aladdin, password: open sesame}",
                "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
           Case{"url: 'http://user:p%40ss@a/'", "Basic dXNlcjpwQHNz"},
           Case{"url: 'http://a/'\n    headers: {authorization: Custom x}", "Custom x"},
           Case{"url: 'http://a/'", ""},
       }) {
    Reading reading(keys);
    const HttpSettings settings = read_http(reading.fields());
    EXPECT_TRUE(reading.ok()) << reading.text();
    EXPECT_EQ(authorization(settings), header) << keys;
    EXPECT_EQ(settings.request.url.userinfo, "");
  }
}

TEST(ReadHttp, TwoWaysOfSigningInAreOneTooMany) {
  Reading reading("url: 'http://user:pass@a/'\n    bearer_token: t0ken");
  read_http(reading.fields());
  EXPECT_THAT(reading.text(), HasSubstr("more than one of"));
  EXPECT_THAT(reading.text(), Not(HasSubstr("t0ken")));
}

TEST(ReadHttp, SecretsAreNotPrinted) {
  Reading reading(
      "url: 'http://user:hunter2@a/'\n    headers: {X-Key: hunter3}\n    body: hunter4\n    timeout: 1s");
  read_http(reading.fields());
  EXPECT_THAT(reading.print(), Not(HasSubstr("hunter")));
}

TEST(ReadHttp, MistakesAreTold) {
  Reading reading(
      "url: 'ftp://a/'\n    method: 'GE T'\n    headers: {'a b': c, d: \"e\\r\\nf: g\"}\n    expct: {}");
  read_http(reading.fields());
  reading.fields().finish();
  for (const std::string_view part : {".url", "no request method", "no header name: a b",
                                      "the value of d holds a line break", "did you mean \"expect\""}) {
    EXPECT_THAT(reading.text(), HasSubstr(part));
  }
}

TEST(ReadHttp, WhoTakesAnyCertificateHearsNothingOfItsAge) {
  Reading silent("url: 'https://a/'\n    tls_config: {insecure_skip_verify: true}");
  EXPECT_EQ(read_http(silent.fields()).certificate.warn, 0s);
  Reading asked(
      "url: 'https://a/'\n    tls_config: {insecure_skip_verify: true}\n    certificate: {warn: 3d}");
  EXPECT_EQ(read_http(asked.fields()).certificate.warn, 72h);
}

TEST(ReadHttp, ClaimsAreOfAnotherProbeAndLookLikeSomething) {
  Reading reading("url: 'http://a/'\n    claims: {probe: agent, json: {/status: healthy}}");
  const HttpSettings settings = read_http(reading.fields());
  reading.fields().finish();
  EXPECT_THAT(reading.text(), HasSubstr("no probe is named \"agent\"")) << "there is but one";
  ASSERT_TRUE(settings.claims);
  const auto claim = [&](std::string body) {
    net::HttpResponse response;
    response.body = std::move(body);
    return claim_of(*settings.claims, response);
  };
  EXPECT_EQ(claim(R"({"status":"healthy"})").value, 1);
  EXPECT_EQ(claim(R"({"status":"healthy"})").label, R"({"status":"healthy"})");
  EXPECT_EQ(claim(R"({"status":"degraded"})").value, 0);
  EXPECT_EQ(claim("ok").value, 0);
  EXPECT_EQ(claim_of(JsonExpect(), net::HttpResponse()).value, 1) << "any good answer";

  Reading wrong("url: 'http://a/'\n    claims: {json: {status: healthy}}");
  read_http(wrong.fields());
  EXPECT_THAT(wrong.text(), HasSubstr("claims.probe: required"));
  EXPECT_THAT(wrong.text(), HasSubstr("claims.json"));
}

// --- judging
// ---------------------------------------------------------------------------------------------------------

TEST(JudgeHttp, AWrongAnswerCountsMoreThanASlowOne) {
  HttpSettings settings;
  settings.slow.fail = 1s;
  const net::HttpResponse good{.status = 200, .headers = {}, .body = "ok", .url = {}};
  const net::HttpResponse bad{.status = 500, .headers = {}, .body = "", .url = {}};
  const auto judged = [&](const net::HttpResponse& response, Duration took) {
    return judge(settings, {.response = response, .took = took, .certificate_expiry = {}, .now = {}});
  };
  EXPECT_EQ(judged(good, 1s).verdict, Verdict::pass);
  EXPECT_EQ(judged(good, 1s).detail, "status 200, 2 bytes");
  EXPECT_EQ(judged(good, 2s).reason, Reason::slow);
  EXPECT_EQ(judged(bad, 2s).reason, Reason::status);
}

TEST(JudgeHttp, ACertificateNearItsEndWarns) {
  HttpSettings settings;
  settings.certificate.warn = 14 * 24h;
  const net::HttpResponse response{.status = 200, .headers = {}, .body = "", .url = {}};
  const Wall now(1'795'000'000s);
  const auto result =
      judge(settings, {.response = response, .took = 1ms, .certificate_expiry = now + 72h, .now = now});
  EXPECT_EQ(result.verdict, Verdict::warn);
  EXPECT_EQ(result.reason, Reason::tls_expired);
  EXPECT_THAT(result.detail, HasSubstr("expires in 3 days"));
}

TEST(HttpEvidence, HoldsWhatExplainsAndNoSecret) {
  const net::HttpResponse response{.status = 302,
                                   .headers = {{"Server", "edge"},
                                               {"Set-Cookie", "session=hunter2"},
                                               {"Authorization", "hunter2"},
                                               {"Location", "/login?token=hunter2"}},
                                   .body = "moved",
                                   .url = {}};
  EXPECT_EQ(evidence_of(response), "HTTP 302\nlocation: /login\nserver: edge\n\nmoved");
}

// --- against a peer
// --------------------------------------------------------------------------------------------------

TEST(HttpProbe, PassesOnTheAnswerExpected) {
  Loop loop;
  test::Peer peer(loop.io,
                  test::answer("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                               "20\r\n\r\n{\"status\":\"healthy\"}"));
  const Seen seen =
      run_once(loop, http, "url: '" + peer.url("/health") + "'\n    expect: {json: {/status: healthy}}");
  EXPECT_EQ(seen.result.verdict, Verdict::pass) << seen.reason() << ": " << seen.result.detail;
  EXPECT_GT(seen.evidence.bytes_received(), 0u);
  EXPECT_TRUE(seen.evidence.frames().empty());
}

TEST(HttpProbe, KeepsAClaimWithTheAnswerItStandsIn) {
  Loop loop;
  test::Peer peer(loop.io,
                  test::answer("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"status\":\"healthy\"}"));
  Reading reading("url: '" + peer.url() + "'\n    claims: {probe: agent, json: {/status: healthy}}");
  const std::unique_ptr<Probe> probe = http.make(reading.fields(), loop.services);
  Seen seen;
  answerback::Run run{loop.clock, loop.clock.now() + 10s, seen.phases, seen.evidence, RunId{{1}, {1}}};
  EXPECT_EQ(test::finish(loop.io, probe->run(run)).verdict, Verdict::pass) << "whether it lies, others know";
  const auto& samples = seen.evidence.samples();
  const auto claim = std::ranges::find(samples, Measure::claims_health, &Sample::measure);
  ASSERT_NE(claim, samples.end());
  EXPECT_EQ(claim->value, 1);
  EXPECT_EQ(claim->label, R"({"status":"healthy"})");
  EXPECT_EQ(seen.evidence.frames().size(), 1u);
  EXPECT_EQ(seen.evidence.take_peer().substr(0, 10), "127.0.0.1:");
}

TEST(HttpProbe, KeepsTheAnswerAsEvidenceWhenItIsNotAsExpected) {
  Loop loop;
  test::Peer peer(
      loop.io,
      test::answer("HTTP/1.1 503 Unavailable\r\nServer: edge\r\nContent-Length: 11\r\n\r\nno upstream"));
  const Seen seen = run_once(loop, http, "url: '" + peer.url() + "'");
  EXPECT_EQ(seen.reason(), "status");
  EXPECT_EQ(seen.result.detail, "status 503, wanted 2xx: no upstream");
  ASSERT_EQ(seen.evidence.frames().size(), 1u);
  EXPECT_EQ(seen.evidence.frames()[0].text, "HTTP 503\ncontent-length: 11\nserver: edge\n\nno upstream");
}

TEST(HttpProbe, SendsWhatIsConfigured) {
  Loop loop;
  std::string request;
  test::Peer peer(loop.io, [&request](test::Connection& connection) -> asio::awaitable<void> {
    request = co_await connection.read_http();
    co_await connection.write("HTTP/1.1 204 No Content\r\n\r\n");
  });
  const Seen seen = run_once(
      loop, http,
      "url: '" + peer.url("/a?b=c") +
          "'\n    method: POST\n    body: '{\"q\":1}'\n    headers: {X-Key: k1}\n    bearer_token: t1");
  EXPECT_EQ(seen.result.verdict, Verdict::pass) << seen.reason() << ": " << seen.result.detail;
  EXPECT_THAT(request, testing::StartsWith("POST /a?b=c HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nX-Key: k1\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nAuthorization: Bearer t1\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\n\r\n{\"q\":1}"));
}

TEST(HttpProbe, ABodyBeyondTheLimitIsTooLarge) {
  Loop loop;
  test::Peer peer(loop.io,
                  test::answer("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + std::string(100, 'x')));
  EXPECT_EQ(run_once(loop, http, "url: '" + peer.url() + "'\n    expect: {max_bytes: 99}").reason(),
            "too_large");
}

TEST(HttpProbe, WarnsOfACertificateNearItsEnd) {
  Loop loop;
  const test::Authority authority;
  const test::TempFile ca(authority.pem());
  test::Peer peer(loop.io, authority.issue({.names = {"127.0.0.1"}, .begins = -1h, .ends = 72h}),
                  test::answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  const Seen seen =
      run_once(loop, http, "url: '" + peer.url() + "'\n    tls_config: {ca_file: " + ca.path() + "}");
  EXPECT_EQ(seen.result.verdict, Verdict::warn) << seen.result.detail;
  EXPECT_EQ(seen.reason(), "tls_expired");
  EXPECT_THAT(seen.result.detail, HasSubstr("certificate expires in 2 days"));
}

TEST(HttpProbe, ARefusedConnectionIsAResult) {
  Loop loop;
  std::string url;
  {
    test::Peer gone(loop.io, test::answer(""));
    url = gone.url();
  }
  loop.io.poll();
  EXPECT_EQ(run_once(loop, http, "url: '" + url + "'").reason(), "connect_refused");
}

}  // namespace
}  // namespace answerback::probes
