#include "probes/http/http.h"

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
    return judge(settings, {.response = response, .took = took, .certificate_end = {}, .now = {}});
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
      judge(settings,
            {.response = response, .took = 1ms, .certificate_end = CertificateEnd{now + 72h}, .now = now});
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
  test::Peer peer(loop.io, authority.issue({.names = {"127.0.0.1"}, .begins = -1000h, .ends = 72h}),
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

TEST(HttpProbe, APresetAsksWhereItIsToldAndDisagreesAloud) {
  Loop loop;
  std::string request;
  test::Peer peer(loop.io, [&request](test::Connection& connection) -> asio::awaitable<void> {
    request = co_await connection.read_http();
    co_await connection.write(
        "HTTP/1.1 200 OK\r\nContent-Length: 35\r\n\r\n{\"status\":\"ready\",\"redis\":\"failed\"}");
  });
  const Seen seen = run_once(loop, http, "url: '" + peer.url() + "'\n    preset: fastapi");
  EXPECT_THAT(request, testing::StartsWith("GET /health HTTP/1.1\r\n"));
  EXPECT_EQ(seen.result.verdict, Verdict::warn);
  EXPECT_EQ(seen.reason(), "ready_lies");
  EXPECT_EQ(seen.result.detail, "ready, and yet redis failed");
  EXPECT_EQ(seen.evidence.frames().size(), 1u);
}

// A shop that lets in who has signed in: what it was asked, in order.
test::Peer::Script shop(std::vector<std::string>& requests, std::string session, std::string cart) {
  return [&requests, session = std::move(session),
          cart = std::move(cart)](test::Connection& connection) -> asio::awaitable<void> {
    requests.push_back(co_await connection.read_http());
    const std::string& body = requests.size() == 1 ? session : cart;
    co_await connection.write("HTTP/1.1 " + std::string(requests.size() == 1 ? "201 Made" : "200 OK") +
                              "\r\nSet-Cookie: sid=c00kie-1; Path=/\r\nContent-Length: " +
                              std::to_string(body.size()) + "\r\n\r\n" + body);
  };
}

std::string signs_in_first(const test::Peer& peer) {
  return "before:\n      - {url: '" + peer.url("/session") +
         "', method: POST, body: 'canary', capture: {token: /token, id: 'id=(.+)\"'},\n"
         "         capture_headers: {cookie: 'set-cookie: (sid=[^;]+)'}}\n    url: '" +
         peer.url("/cart?id={{id}}") +
         "'\n    bearer_token: '{{token}}'\n    headers: {Cookie: '{{cookie}}'}\n    method: PUT\n"
         "    body: '{\"t\": {{token|json}}}'\n    expect: {json: {/ok: true}}";
}

TEST(HttpProbe, SignsInThenCallsWithWhatItCaptured) {
  Loop loop;
  std::vector<std::string> requests;
  test::Peer peer(loop.io, shop(requests, R"({"token":"t0ken-1234","note":"id=a b&c"})",
                                R"({"ok":false,"echo":"t0ken-1234 sid=c00kie-1"})"));
  const Seen seen = run_once(loop, http, signs_in_first(peer));
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_THAT(requests[0], testing::StartsWith("POST /session HTTP/1.1\r\n"));
  EXPECT_THAT(requests[1], testing::StartsWith("PUT /cart?id=a%20b%26c HTTP/1.1\r\n"));
  EXPECT_THAT(requests[1], HasSubstr("\r\nAuthorization: Bearer t0ken-1234\r\n"));
  EXPECT_THAT(requests[1], HasSubstr("\r\nCookie: sid=c00kie-1\r\n"));
  EXPECT_THAT(requests[1], HasSubstr("\r\n\r\n{\"t\": \"t0ken-1234\"}"));
  EXPECT_EQ(seen.reason(), "assertion") << seen.result.detail;
  ASSERT_EQ(seen.evidence.frames().size(), 1u);
  EXPECT_THAT(seen.evidence.frames()[0].text, HasSubstr("<secret>"));
  for (const std::string_view secret : {"t0ken", "c00kie"}) {
    EXPECT_THAT(seen.result.detail, Not(HasSubstr(std::string(secret))));
    EXPECT_THAT(seen.evidence.frames()[0].text, Not(HasSubstr(std::string(secret))));
  }
}

TEST(HttpProbe, AStepThatFailsIsNamed) {
  struct Row {
    std::string session, told;
  };
  for (const auto& [session, told] : {
           Row{R"({"note":"id=1"})", "before[0]: nothing to capture as token"},
           Row{R"({"token":"a\r\nHost: evil","note":"id=1"})",
               "before[0]: what is captured as token holds a control character"},
           Row{R"({"token":")" + std::string(9000, 'x') + R"(","note":"id=1"})",
               "before[0]: what is captured as token is too long"},
       }) {
    Loop loop;
    std::vector<std::string> requests;
    test::Peer peer(loop.io, shop(requests, session, "{}"));
    const Seen seen = run_once(loop, http, signs_in_first(peer));
    EXPECT_EQ(seen.result.detail, told);
    EXPECT_EQ(seen.reason(), "assertion");
    EXPECT_EQ(requests.size(), 1u);
  }
  Loop loop;
  test::Peer peer(loop.io, test::answer("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"));
  const Seen refused = run_once(loop, http, signs_in_first(peer));
  EXPECT_EQ(refused.reason(), "auth");
  EXPECT_EQ(refused.result.detail, "before[0]: status 401, wanted 2xx");
}

TEST(ReadHttp, NamesMustBeCapturedBefore) {
  const auto told = [](const std::string& keys) {
    Reading reading(keys);
    read_http(reading.fields());
    return reading.text();
  };
  EXPECT_THAT(told("before: [{url: 'http://a/', capture: {id: /id}}]\n    url: 'http://a/{{sid}}'"),
              HasSubstr("nothing is known as {{sid}} here (known: id)"));
  EXPECT_THAT(told("before: [{url: 'http://a/{{id}}', capture: {id: /id}}]\n    url: 'http://a/'"),
              HasSubstr("nothing is known as {{id}} here"));
  EXPECT_THAT(told("before: [{url: 'http://a/', capture: {id: '(('}}]\n    url: 'http://a/'"),
              HasSubstr("capture"));
  EXPECT_THAT(told("before: [{url: 'http://a/', capture: {id: /id}}]\n    url: 'http://{{id}}/'"),
              HasSubstr("url"));
  EXPECT_EQ(told("url: 'http://a/'\n    body: '{{mustache}}'"), "") << "no names where nothing is captured";
}

}  // namespace
}  // namespace answerback::probes
