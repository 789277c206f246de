#include "probes/http.h"

#include <gmock/gmock.h>

#include <random>

#include "probes/http_edge.h"
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

// --- presets
// ------------------------------------------------------------------------------------------------------------

struct PresetRow {
  std::string_view preset;
  unsigned status;
  std::string body, told;
};

std::string told_by(const HttpSettings& settings, const net::HttpResponse& response) {
  const ProbeResult result =
      judge(settings, {.response = response, .took = 1ms, .certificate_expiry = {}, .now = {}});
  return std::string(name(result.verdict)) + ' ' + std::string(name(result.reason)) + ": " + result.detail;
}

void expect_preset(std::initializer_list<PresetRow> rows) {
  for (const auto& [preset, status, body, told] : rows) {
    HttpSettings settings;
    settings.preset = http_preset_named(preset);
    ASSERT_TRUE(settings.preset) << preset;
    net::HttpResponse response{.status = status, .headers = {}, .body = body, .url = {}};
    response.url.target = settings.preset->target;
    EXPECT_EQ(told_by(settings, response), told) << preset << ' ' << status << ' ' << body;
  }
}

TEST(HttpPresets, AFastApiBodyIsReadAsItIs) {
  expect_preset({
      {"fastapi", 200, R"({"status":"healthy","version":"unknown"})", "pass : healthy"},
      {"fastapi", 200, R"({"status":"ok","checks":{"db":"ok","cache":{"ok":true}}})", "pass : ok, 2 parts"},
      {"fastapi", 200, R"({"status":"ready","redis_db":"failed","websocket_ready":false,"debug":false})",
       "warn ready_lies: ready, and yet redis_db failed; websocket_ready false"},
      {"fastapi", 200, R"({"status":"healthy","services":{"redis":"skipped_optional"}})",
       "warn degraded_notice: healthy, and yet redis skipped_optional"},
      {"fastapi", 200, R"({"status":"ok","components":{"mail":{"status":"failed","optional":true}}})",
       "warn degraded_notice: ok, and yet mail failed"},
      {"fastapi", 200, R"({"status":"degraded","checks":{"db":"error: refused"}})",
       "warn degraded_notice: degraded: db error (refused)"},
      {"fastapi", 200, R"({"status":"unhealthy"})", "fail assertion: HTTP 200, but its body says unhealthy"},
      {"fastapi", 200, R"({"db":{"primary":{"status":"up"}},"checks":{"db":{"replica":{"status":"down"}}}})",
       "fail assertion: HTTP 200, but its body says fail: db/replica down"},
      {"fastapi", 200, R"({"checks":[{"name":"db","status":"unknown","message":"no look yet"}]})",
       "unknown no_evidence: unknown: db unknown (no look yet)"},
      {"fastapi", 503,
       R"({"detail":{"status":"unhealthy","checks":{"db":{"status":"down","error":"gone"}}}})",
       "fail status: HTTP 503, unhealthy: db down (gone)"},
      {"fastapi", 503, R"({"detail":{"status":"healthy"}})",
       "fail status: HTTP 503, though its body says healthy"},
      {"fastapi", 503, R"({"detail":"starting"})",
       R"(fail status: status 503, wanted 2xx: {"detail":"starting"})"},
      {"fastapi", 401, R"({"detail":"Not authenticated"})",
       R"(fail auth: status 401, wanted 2xx: {"detail":"Not authenticated"})"},
      {"fastapi", 200, R"({"status":"purple"})",
       "fail assertion: preset fastapi: its status says neither good nor bad: purple"},
      {"fastapi", 200, "[1]", "fail assertion: preset fastapi: no health body: [1]"},
      {"fastapi", 200, "{}",
       "fail assertion: preset fastapi: no health body, for it has neither a status nor parts: {}"},
  });
}

TEST(HttpPresets, TheFormatsThatOthersDefine) {
  expect_preset({
      {"spring", 200, R"({"status":"UP","components":{"db":{"status":"UP"}}})", "pass : UP, 1 part"},
      {"spring", 503, R"({"status":"DOWN","components":{"db":{"status":"DOWN","details":{"error":"no"}}}})",
       "fail status: HTTP 503, DOWN: db DOWN (no)"},
      {"spring", 200, R"({"status":"UNKNOWN"})", "unknown no_evidence: UNKNOWN"},
      {"spring", 200, "Healthy",
       "fail assertion: preset spring: format is set to actuator, and this is aspnet"},
      {"aspnet", 200, "Healthy", "pass : Healthy"},
      {"aspnet", 200, "Degraded", "warn degraded_notice: Degraded"},
      {"aspnet", 503, "Unhealthy", "fail status: HTTP 503, Unhealthy"},
      {"microprofile", 200, R"({"status":"UP","checks":[{"name":"q","status":"DOWN"}]})",
       "warn ready_lies: UP, and yet q DOWN"},
      {"health_json", 503, R"({"status":"fail","output":"no disk"})", "fail status: HTTP 503, fail: no disk"},
      {"kubernetes", 500, "[-]etcd failed: reason withheld\nreadyz check failed\n",
       "fail status: HTTP 500, failed: etcd failed"},
      {"langfuse", 200, R"({"status":"OK","version":"3.1"})", "pass : OK"},
      {"langfuse", 503, R"({"status":"Database not available","version":"3.1"})",
       R"(fail status: status 503, wanted 2xx: {"status":"Database not available","version":"3.1"})"},
  });
}

TEST(HttpPresets, GatewaysAndDatabases) {
  const std::string one = R"({"model":"gpt","api_key":"hunter2","error":"hunter2"})";
  expect_preset({
      {"litellm", 200, R"({"status":"healthy","db":"connected","litellm_version":"1"})",
       "pass : healthy, 1 part"},
      {"litellm", 200, R"({"status":"healthy","db":"disconnected"})",
       "warn ready_lies: healthy, and yet db disconnected"},
      {"litellm", 200, R"("I'm alive!")", "pass : alive"},
      {"litellm", 200, R"({"healthy_endpoints":[{"model":"a"},{"model":"b"}],"unhealthy_endpoints":[]})",
       "pass : 2 models answer"},
      {"litellm", 200, R"({"healthy_endpoints":[{}],"unhealthy_endpoints":[)" + one + "]}",
       "warn degraded_notice: 1 of 2 models do not answer: gpt"},
      {"litellm", 200, R"({"healthy_endpoints":[],"unhealthy_endpoints":[)" + one + "]}",
       "fail assertion: HTTP 200, but its body says 1 of 1 models do not answer: gpt"},
      {"litellm", 200, R"({"healthy_endpoints":[],"unhealthy_endpoints":[]})",
       "unknown no_evidence: no model is configured"},
      {"clickhouse", 200, "Ok.\n", "pass : Ok."},
      {"clickhouse", 200, "ok", "fail assertion: preset clickhouse: wanted Ok., got ok"},
      {"clickhouse", 200, "1\nCode: 241. DB::Exception: memory",
       "fail assertion: HTTP 200, but its body says an exception: 1 Code: 241. DB::Exception: memory"},
      {"elasticsearch", 200, R"({"status":"green"})", "pass : green"},
      {"opensearch", 200, R"({"status":"yellow","unassigned_shards":3})",
       "warn degraded_notice: yellow, 3 shards unassigned"},
      {"elasticsearch", 200, R"({"status":"red"})", "fail assertion: HTTP 200, but its body says red"},
      {"elasticsearch", 408, R"({"status":"green","timed_out":true})",
       "fail status: HTTP 408, though its body says green"},
      {"elasticsearch", 200, R"({"status":"ok"})",
       R"(fail assertion: preset elasticsearch: no cluster health: {"status":"ok"})"},
      {"qdrant", 200, "all shards are ready", "pass : status 200"},
      {"qdrant", 503, "some shards are not ready",
       "fail status: status 503, wanted 2xx: some shards are not ready"},
      {"weaviate", 200, "", "pass : status 200"},
      {"minio", 200, "<html><title>Sign in</title>",
       "fail assertion: preset minio: got an HTML page \"Sign in\""},
  });
}

TEST(HttpPresets, KnowWhereToAskAndWhatElseIsExpected) {
  const auto read = [](const std::string& keys) {
    Reading reading(keys);
    HttpSettings settings = read_http(reading.fields());
    reading.fields().finish();
    EXPECT_TRUE(reading.ok()) << reading.text();
    return settings;
  };
  EXPECT_EQ(read("url: 'http://a'\n    preset: spring").request.url.target, "/actuator/health");
  EXPECT_EQ(read("url: 'http://a/mine'\n    preset: spring").request.url.target, "/mine");
  EXPECT_EQ(read("url: 'http://a'\n    preset: clickhouse\n    query: SELECT 1").request.url.target,
            "/?query=SELECT%201");
  const HttpSettings rows = read("url: 'http://a'\n    preset: clickhouse\n    query: SELECT 1");
  EXPECT_EQ(told_by(rows, {.status = 200, .headers = {}, .body = "1\n", .url = rows.request.url}),
            "pass : answered, 2 bytes");

  const HttpSettings strict = read(
      "url: 'http://a'\n    preset: fastapi\n    components: {ignore: [mail, 'q*']}\n"
      "    expect: {status: [200, 503], json: {/version: '2'}}");
  const auto told = [&](unsigned status, std::string body) {
    return told_by(strict, {.status = status, .headers = {}, .body = std::move(body), .url = {}});
  };
  EXPECT_EQ(told(503, R"({"status":"ok","version":"2","checks":{"mail":"failed","q1":"down"}})"),
            "pass : ok, 2 parts");
  EXPECT_THAT(told(200, R"({"status":"ok","version":"1"})"), HasSubstr("fail assertion: /version"));
  EXPECT_EQ(told(200, R"({"status":"down","version":"1"})"),
            "fail assertion: HTTP 200, but its body says down");

  for (const std::string keys :
       {"query: SELECT 1", "preset: fastapi\n    query: SELECT 1", "components: {ignore: a}"}) {
    Reading wrong("url: 'http://a'\n    " + keys);
    read_http(wrong.fields());
    EXPECT_THAT(wrong.text(), HasSubstr("goes with")) << keys;
  }
}

TEST(HttpPresets, HostileBodiesAreCapped) {
  std::string deep = R"({"status":"ok","checks":)";
  for (int i = 0; i < 30; ++i) deep += R"({"a":)";
  deep += R"({"status":"down"})" + std::string(30, '}') + "}";
  std::string wide = R"({"status":"ok","checks":{)";
  for (int i = 0; i < 5000; ++i) wide += (i == 0 ? "\"p" : ",\"p") + std::to_string(i) + R"(":"down\n")";
  wide += "}}";
  HttpSettings settings;
  settings.preset = http_preset_named("fastapi");
  EXPECT_EQ(told_by(settings, {.status = 200, .headers = {}, .body = deep, .url = {}}), "pass : ok");
  const std::string told = told_by(settings, {.status = 200, .headers = {}, .body = wide, .url = {}});
  EXPECT_LT(told.size(), 1000u);
}

// Whatever was cut or changed on its way: capped, printable, and never green with a status that is not
// wanted.
TEST(HttpPresets, MangledBodiesAreJudgedAllTheSame) {
  const std::string_view seeds[] = {
      R"({"detail":{"status":"unhealthy","checks":{"db":"error: refused","cache":{"ok":true}}}})",
      R"({"status":"ready","services":[{"name":"db","status":"failed","optional":true}],"redis_ready":false})",
      R"({"healthy_endpoints":[{"model":"a"}],"unhealthy_endpoints":[{"model":"b"}]})",
      R"({"status":"yellow","unassigned_shards":3})",
      R"({"status":"UP","components":{"db":{"status":"DOWN","details":{"error":"no"}}}})",
      "Code: 241. DB::Exception: memory",
      "Healthy",
      "Ok.\n"};
  std::mt19937 random(1);
  const std::vector<std::string> presets = http_preset_names();
  for (std::size_t round = 0; round < 8000; ++round) {
    net::HttpResponse response{.status = round % 3 == 0 ? 503U : 200U,
                               .headers = {},
                               .body = std::string(seeds[round % std::size(seeds)]),
                               .url = {}};
    std::string& text = response.body;
    for (unsigned changes = random() % 4; changes > 0 && !text.empty(); --changes) {
      const std::size_t at = random() % text.size();
      switch (random() % 4) {
        case 0: text[at] = static_cast<char>(random()); break;
        case 1: text.erase(at, random() % 20); break;
        case 2: text.insert(at, text.substr(random() % text.size(), 40)); break;
        default: text.resize(at + 1);
      }
    }
    HttpSettings settings;
    settings.preset = http_preset_named(presets[random() % presets.size()]);
    const ProbeResult result =
        judge(settings, {.response = response, .took = 1ms, .certificate_expiry = {}, .now = {}});
    ASSERT_LE(result.detail.size(), 1000u);
    for (const char c : result.detail) ASSERT_GE(static_cast<unsigned char>(c), 0x20) << text;
    ASSERT_EQ(result.verdict == Verdict::pass, result.reason == Reason::none) << text;
    if (response.status == 503) ASSERT_EQ(result.verdict, Verdict::fail) << text;
  }
}

// --- who made an error
// ------------------------------------------------------------------------------------------------------------

TEST(HttpEdge, ThePagesOfWhatIsInFront) {
  const std::string nginx =
      "<html><head><title>503</title></head><body><hr><center>nginx/1.22.1</center></body></html>";
  struct Row {
    unsigned status;
    net::Headers headers;
    std::string body, who;
  };
  for (const auto& [status, headers, body, who] : std::initializer_list<Row>{
           {503, {{"Server", "nginx"}}, nginx, "nginx"},
           {502, {}, "<hr><center>openresty</center>", "OpenResty"},
           {404, {}, nginx, ""},  // it may well be the one that serves the site
           {200, {}, nginx, ""},
           {404, {}, "default backend - 404", "the ingress controller"},
           {503,
            {},
            "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n",
            "HAProxy"},
           {502, {}, "The server returned an invalid or incomplete response.", "HAProxy"},
           {504, {}, "The server didn't respond in time.", "HAProxy"},
           {503,
            {{"server", "envoy"}},
            "upstream connect error or disconnect/reset before headers. reset reason: connection failure",
            "Envoy"},
           {503, {}, "no healthy upstream", "Envoy"},
           {503, {}, "no available server\n", "Traefik"},
           {503, {}, "there is no available server here", ""},
           {502, {}, "Bad Gateway", "a gateway"},
           {400, {}, "Bad Gateway", ""},
           {503, {{"Server", "awselb/2.0"}}, "<html>", "AWS load balancer"},
           {500, {{"x-amzn-ErrorType", "InternalServerErrorException"}}, "{}", "AWS API Gateway"},
           {503, {{"Server", "kong/3.4"}}, "", "Kong"},
           {522, {{"CF-RAY", "8a-FRA"}}, "", "Cloudflare"},
           {503, {{"CF-RAY", "8a-FRA"}}, "error code: 503", "Cloudflare"},
           {502, {}, "Generated by cloudfront (CloudFront)", "CloudFront"},
           {502, {{"Server", "Caddy"}}, "", "Caddy"},
           {503, {{"Server", "Caddy"}}, "starting", ""},
           // The application's own, though something in front has signed it.
           {503, {{"Server", "nginx"}, {"Via", "1.1 google"}}, R"({"detail":"starting"})", ""},
           {503, {{"Server", "envoy"}, {"x-envoy-upstream-service-time", "3"}}, R"({"status":"down"})", ""},
           {503, {{"CF-RAY", "8a-FRA"}, {"Server", "cloudflare"}}, R"({"status":"down"})", ""},
           {522, {}, "", ""},
           {503, {{"Server", "uvicorn"}}, std::string(100'000, 'x') + nginx, ""},
       }) {
    EXPECT_EQ(made_in_front({.status = status, .headers = headers, .body = body, .url = {}}), who)
        << status << ' ' << body.substr(0, 100);
  }
}

TEST(HttpEdge, IsSaidWithTheFailure) {
  const net::HttpResponse edge{.status = 503, .headers = {}, .body = "no available server", .url = {}};
  const net::HttpResponse app{.status = 503,
                              .headers = {{"Server", "nginx"}},
                              .body = R"({"detail":{"status":"unhealthy"}})",
                              .url = {}};
  HttpSettings settings;
  EXPECT_EQ(
      told_by(settings, edge),
      "fail status: status 503, wanted 2xx: no available server; made by Traefik in front, not by the app");
  settings.preset = http_preset_named("fastapi");
  EXPECT_EQ(
      told_by(settings, edge),
      "fail status: status 503, wanted 2xx: no available server; made by Traefik in front, not by the app");
  EXPECT_EQ(told_by(settings, app), "fail status: HTTP 503, unhealthy");
  settings = {};
  settings.expect.status = {{503, 503}};
  EXPECT_EQ(told_by(settings, edge), "pass : status 503, 19 bytes");
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
