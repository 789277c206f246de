#include "probes/http/presets.h"

#include <gmock/gmock.h>

#include <random>

#include "probes/http/http.h"
#include "probes/reading.h"
#include "probes/shared/edge.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

struct PresetRow {
  std::string_view preset;
  unsigned status;
  std::string body, told;
};

std::string told_by(const HttpSettings& settings, const net::HttpResponse& response) {
  const ProbeResult result =
      judge(settings, {.response = response, .took = 1ms, .certificate_end = {}, .now = {}});
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
        judge(settings, {.response = response, .took = 1ms, .certificate_end = {}, .now = {}});
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

}  // namespace
}  // namespace answerback::probes
