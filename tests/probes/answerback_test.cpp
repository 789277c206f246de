#include "probes/answerback/answerback.h"

#include <gmock/gmock.h>

#include <random>

#include "model/text.h"
#include "probe/store.h"
#include "probes/one_run.h"

namespace answerback::probes {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view ours = R"({
  "status": "fail", "version": "0.1.0", "instance": "abc", "serviceId": "chat",
  "output": "postgres: down connect_refused at connect since 2026-11-22T03:12:09Z; blocks agent",
  "checks": {
    "postgres": [{"componentId": "postgres", "status": "fail", "health": "down", "critical": true,
                  "since": "2026-11-22T03:12:09Z", "time": "2026-11-22T03:13:00Z", "reason": "connect_refused",
                  "phase": "connect", "output": "connection refused by 127.0.0.1:5432"}],
    "agent": [{"status": "fail", "health": "down", "critical": true, "reason": "no_start", "time": "2026-11-22T03:12:30Z"}],
    "mail": [{"status": "warn", "health": "degraded", "critical": false, "reason": "slow"}],
    "auth": [{"status": "pass", "health": "up", "critical": true, "time": "2026-11-22T03:12:50Z"}]},
  "causes": [{"probe": "postgres", "reason": "connect_refused", "phase": "connect", "since": "2026-11-22T03:12:09Z",
              "blocks": ["agent"], "whys": ["Users get no AI responses"]}]})";
constexpr std::string_view actuator =
    R"({"status":"DOWN","components":{"db":{"status":"DOWN","details":{"error":"java.sql: refused","n":1}},
       "cache":{"status":"UP","components":{"a":{"status":"UP"},"b":{"status":"OUT_OF_SERVICE"}}}},
       "groups":["liveness","readiness"]})";
constexpr std::string_view microprofile =
    R"({"status":"DOWN","checks":[{"name":"db","status":"DOWN","data":{"host":"db-1"}},{"name":"disk","status":"UP"}]})";
constexpr std::string_view aspnet =
    R"({"status":"Unhealthy","totalDuration":"00:00:00.01","entries":{"db":{"data":{},"description":"no route",
       "duration":"00:00:00.01","exception":null,"status":"Unhealthy","tags":[]},"q":{"status":"Degraded"}}})";
constexpr std::string_view kubernetes =
    "[+]ping ok\n[-]etcd failed: reason withheld\n[+]mail excluded: ok\nreadyz check failed\n";

std::string summary(std::string_view text) {
  const auto body = read_health_body(text);
  if (!body) return "error: " + body.error();
  std::string out = std::string(name(body->format)) + ' ' + std::string(name(body->verdict));
  for (const HealthComponent& part : body->components)
    out += " | " + std::string(name(part.verdict)) + ' ' + told(part);
  return out;
}

TEST(HealthBody, EveryFormatIsToldByItsShape) {
  for (
      const auto& [text, read] : std::initializer_list<std::pair<std::string_view, std::string>>{
          {R"({"status":"ok"})", "health_json pass"},
          {R"({"status":"Healthy"})", "aspnet pass"},
          {R"({"status":"UP"})", "actuator pass"},
          {R"({"status":"UP","details":{"db":{"status":"DOWN"}}})", "actuator pass | fail db DOWN"},
          {R"({"status":"UNKNOWN"})", "actuator unknown"},
          {R"({"status":"OUT_OF_SERVICE"})", "actuator fail"},
          {R"({"status":"warn","checks":{"q:len":[{"status":"warn","output":"long","time":"x"},{"status":"pass","componentId":"b"}]}})",
           "health_json warn | warn q:len warn (long) | pass q:len/b pass"},
          {R"({"status":"pass","checks":{"cpu:utilization":[{"observedValue":1}]}})", "health_json pass"},
          {R"({"status":"degraded"})", "health_json warn"},
          {R"({"status":"not_ready"})", "health_json fail"},
          {"Healthy", "aspnet pass"},
          {" Degraded\r\n", "aspnet warn"},
          {R"("Unhealthy")", "aspnet fail"},
          {"ok", "kubernetes pass"},
          {kubernetes, "kubernetes fail | pass ping ok | fail etcd failed | unknown mail excluded"},
          {actuator,
           "actuator fail | fail db DOWN (java.sql: refused) | pass cache/a UP | fail cache/b "
           "OUT_OF_SERVICE"},
          {microprofile, R"(microprofile fail | fail db DOWN ({"host":"db-1"}) | pass disk UP)"},
          {aspnet, "aspnet fail | fail db Unhealthy (no route) | warn q Degraded"},
          {ours,
           "health_json fail | fail postgres down (connect_refused at connect: connection refused by "
           "127.0.0.1:5432) since 2026-11-22T03:12:09Z | fail agent down (no_start) | warn mail degraded "
           "(slow) | "
           "pass auth up"},
          {"", "error: no health body: an empty body"},
          {"<html><title>Sign in</title>", R"(error: no health body: an HTML page "Sign in")"},
          {"{}", "error: no health body, for it has no status: {}"},
          {R"({"status":200})", R"(error: no health body, for it has no status: {"status":200})"},
          {R"({"status":"purple"})", "error: its status says neither good nor bad: purple"},
          {"[1]", "error: no health body, for it has no status: [1]"},
      }) {
    EXPECT_EQ(summary(text), read) << text;
  }
}

TEST(HealthBody, AFormatThatIsSetMustBeThatOne) {
  EXPECT_EQ(read_health_body(microprofile, HealthFormat::actuator).error(),
            "format is set to actuator, and this is microprofile");
  EXPECT_EQ(read_health_body("Healthy", HealthFormat::health_json).error(),
            "format is set to health_json, and this is aspnet");
  EXPECT_EQ(read_health_body(R"({"status":"UP"})", HealthFormat::microprofile)->format,
            HealthFormat::microprofile);
}

TEST(HealthBody, CausesOfOursAreKept) {
  const auto body = read_health_body(ours);
  ASSERT_TRUE(body);
  EXPECT_EQ(body->instance, "abc");
  ASSERT_EQ(body->causes.size(), 1u);
  EXPECT_EQ(body->causes[0].reason, Reason::connect_refused);
  EXPECT_EQ(
      body->causes[0].text,
      R"(postgres: connect_refused at connect since 2026-11-22T03:12:09Z, blocks ["agent"]; whys ["Users get no AI responses"])");
}

// Texts that a service in between, or an enemy, has cut or changed: never more than the caps, always
// printable.
TEST(HealthBody, NothingMakesItGrowOrPrintWhatItShouldNot) {
  std::mt19937 random(1);
  const std::string_view seeds[] = {ours, actuator, microprofile, aspnet, kubernetes};
  for (int round = 0; round < 4000; ++round) {
    std::string text(seeds[static_cast<std::size_t>(round) % std::size(seeds)]);
    for (unsigned changes = 1 + random() % 4; changes > 0; --changes) {
      if (text.empty()) break;
      const std::size_t at = random() % text.size();
      switch (random() % 4) {
        case 0: text[at] = static_cast<char>(random()); break;
        case 1: text.erase(at, random() % 20); break;
        case 2: text.insert(at, text.substr(random() % text.size(), 40)); break;
        default: text.resize(at + 1);
      }
    }
    const HealthJudgement judged = judge({}, {.text = text, .ourselves = "me"});
    for (const char c : judged.result.detail) ASSERT_GE(static_cast<unsigned char>(c), 0x20) << text;
    ASSERT_LE(judged.result.detail.size(), 810u);
    ASSERT_LE(judged.evidence.size(), 32u);
    ASSERT_TRUE(judged.result.verdict == Verdict::pass || judged.result.reason != Reason::none) << text;
  }
  std::string many = R"({"status":"fail","checks":{)";
  for (int i = 0; i < 5000; ++i)
    many += (i ? "," : "") + std::string("\"c") + std::to_string(i) + R"(":{"status":"fail","output":")" +
            std::string(50, 'x') + "\"}";
  const auto body = read_health_body(many + "}}");
  ASSERT_TRUE(body);
  EXPECT_EQ(body->components.size(), HealthBody::components_kept);
  const HealthJudgement judged = judge({}, {.text = many + "}}"});
  EXPECT_THAT(judged.result.detail, HasSubstr("and 1997 more"));
  EXPECT_EQ(judge({}, {.text = std::string(10000, '[')}).result.reason, Reason::assertion);
}

AnswerbackSettings set(const std::string& keys) {
  Reading reading("url: 'http://a/'\n    " + keys);
  AnswerbackSettings settings = read_answerback(reading.fields());
  reading.fields().finish();
  EXPECT_TRUE(reading.ok()) << reading.text();
  return settings;
}

struct Judged {
  std::string keys;
  unsigned status;
  std::string text, told;
};

void expect_judged(std::initializer_list<Judged> rows) {
  const Wall now = *parse_time("2026-11-22T03:14:00Z");
  for (const auto& [keys, status, text, told] : rows) {
    const auto result =
        judge(set(keys), {.status = status, .text = text, .ourselves = "me", .now = now}).result;
    EXPECT_EQ(
        std::string(name(result.verdict)) + ' ' + std::string(name(result.reason)) + ": " + result.detail,
        told)
        << keys << ' ' << status << ' ' << text;
  }
}

TEST(JudgeHealth, TheWordAndWhatContradictsIt) {
  expect_judged({
      {"", 200, R"({"status":"pass"})", "pass : pass"},
      {"", 200, R"({"status":"UP","components":{"db":{"status":"UP"}}})", "pass : UP, 1 part"},
      {"", 503, R"({"status":"fail","output":"no disk"})", "fail assertion: fail: no disk"},
      {"", 200, R"({"status":"fail","output":"no disk"})", "fail assertion: HTTP 200, but fail: no disk"},
      {"", 503, R"({"status":"UP"})", "fail status: HTTP 503, though its body says UP"},
      {"", 200, R"({"status":"Degraded"})", "warn degraded_notice: Degraded: it does not say why"},
      {"", 200, R"({"status":"UNKNOWN"})", "unknown no_evidence: UNKNOWN: it does not say why"},
      {"", 200, R"({"status":"ok","checks":{"redis":{"status":"failed"}}})",
       "warn ready_lies: ok, and yet redis failed"},
      {"", 503, std::string(actuator),
       "fail assertion: DOWN: db DOWN (java.sql: refused); cache/b OUT_OF_SERVICE"},
      {"", 503, std::string(ours),
       "fail connect_refused: fail: postgres: down connect_refused at connect since 2026-11-22T03:12:09Z; "
       "blocks agent"},
      {"", 503, "upstream connect error", "fail status: HTTP 503, no health body: upstream connect error"},
      {"", 401, "", "fail auth: HTTP 401, no health body: an empty body"},
      {"", 200, "<html><title>Hi</title>", "fail assertion: HTTP 200, no health body: an HTML page \"Hi\""},
      {"format: actuator", 200, "Healthy",
       "fail assertion: HTTP 200, format is set to actuator, and this is aspnet"},
  });
}

TEST(JudgeHealth, WhoDoesNotLookIsNeverGreen) {
  const std::string unknown =
      R"({"status":"fail","output":"a: unknown","checks":{"a":[{"status":"fail","health":"unknown"}],"b":[{"status":"pass","health":"up"}]}})";
  const std::string blind =
      R"({"status":"fail","looking":false,"output":"not looking: starved","checks":{"a":[{"status":"pass"}]}})";
  expect_judged({
      {"", 503, blind, "unknown not_looking: it says: not looking: starved"},
      {"components: {only: a}", 503, blind, "unknown not_looking: it says: not looking: starved"},
      {"", 503, unknown, "unknown not_looking: fail: a: unknown"},
      {"components: {only: b}", 503, unknown, "pass : pass, 1 part"},
      {"max_age: 30s", 503, std::string(ours),
       "unknown not_looking: it has looked last at 2026-11-22T03:13:00Z"},
      {"max_age: 2m", 503, std::string(ours),
       "fail connect_refused: fail: postgres: down connect_refused at connect since 2026-11-22T03:12:09Z; "
       "blocks agent"},
      {"max_age: 2m", 200, "Healthy", "unknown no_evidence: it does not say when it has looked last"},
  });
}

TEST(JudgeHealth, OnlyWhatCountsCounts) {
  expect_judged({
      {"components: {only: [auth]}", 503, std::string(ours), "pass : pass, 1 part"},
      {"components: {only: [auth, mail]}", 503, std::string(ours),
       "warn degraded_notice: warn of what counts: mail degraded (slow)"},
      {"components: {only: ['a*']}", 503, std::string(ours),
       "fail assertion: fail of what counts: agent down (no_start)"},
      {"components: {ignore: [postgres, agent]}", 503, std::string(ours),
       "warn degraded_notice: warn of what counts: mail degraded (slow)"},
      {"components: {only: [redis]}", 503, std::string(ours),
       "fail assertion: it has no part redis among its 4"},
  });
}

TEST(JudgeHealth, AShardMustBeTheOneMeant) {
  const std::string shard = R"({"status":"pass","shard":{"index":1,"of":3,"own":4,"total":9}})";
  const std::string empty =
      R"({"status":"fail","output":"no probes","shard":{"index":1,"of":3,"own":0,"total":9}})";
  const std::string nothing =
      R"({"status":"fail","output":"no probes","shard":{"index":1,"of":3,"own":0,"total":0}})";
  expect_judged({
      {"shard: 1/3", 200, shard, "pass : pass"},
      {"shard: 2/3", 200, shard, "fail assertion: it is shard 1/3, wanted 2/3"},
      {"shard: 1/4", 200, shard, "fail assertion: it is shard 1/3, wanted 1/4"},
      {"shard: 1/3", 200, R"({"status":"pass"})",
       "fail assertion: it is the whole and no shard, wanted shard 1/3"},
      {"shard: 1/3", 503, empty, "pass : all 9 of its probes are with other shards"},
      {"", 503, nothing, "fail assertion: fail: no probes"},
  });
}

TEST(JudgeHealth, WhatWatchesUsIsNotCounted) {
  const std::string mutual =
      R"({"status":"fail","instance":"you","output":"o","checks":{"db":[{"status":"pass","health":"up"}],
         "peer":[{"status":"fail","health":"down","watches":["them","me"]}]}})";
  expect_judged({
      {"", 503, R"({"status":"pass","instance":"me"})",
       "fail assertion: this is ourselves: an instance cannot watch itself"},
      {"", 503, mutual, "pass : pass, 1 part"},
  });
  const auto stranger = judge({}, {.status = 503, .text = mutual, .ourselves = "another"});
  EXPECT_EQ(stranger.result.verdict, Verdict::fail);
  EXPECT_THAT(stranger.watches, ElementsAre("you", "them", "me"));
}

TEST(ReadAnswerback, ReadsAndTellsMistakes) {
  EXPECT_EQ(set("").request.url.text(), "http://a/health");
  EXPECT_EQ(set("shard: 1/3").shard, (Shard{1, 3}));
  Reading wrong(
      "url: 'ftp://a/'\n    format: yaml\n    shard: 3/3\n    headers: {a: \"b\\r\\nc: d\"}\n    conponents: "
      "{}");
  read_answerback(wrong.fields());
  wrong.fields().finish();
  for (const std::string_view part : {".url", "yaml", "the last is 2, not 3",
                                      "the value of a holds a line break", "did you mean \"components\""})
    EXPECT_THAT(wrong.text(), HasSubstr(part));
}

TEST(Answerback, KeepsTheCausesAsEvidence) {
  Loop loop;
  loop.services.store.put(instance_key, "me");
  test::Peer peer(loop.io, [](test::Connection& c) -> asio::awaitable<void> {
    const std::string asked = co_await c.read_http();
    EXPECT_THAT(asked, HasSubstr("GET /health HTTP/1.1"));
    co_await c.write_slowly("HTTP/1.1 503 Service Unavailable\r\nContent-Length: " +
                                std::to_string(ours.size()) + "\r\n\r\n" + std::string(ours),
                            97, std::chrono::milliseconds(0));
  });
  const Seen seen = run_once(loop, answerback, "url: '" + peer.url("") + "'");
  EXPECT_EQ(seen.result.verdict, Verdict::fail);
  EXPECT_EQ(seen.reason(), "connect_refused");
  EXPECT_EQ(seen.phases.current(), Phase::answer) << "the target's word, not our connection";
  std::string frames;
  for (const Frame& frame : seen.evidence.frames()) frames += frame.label + ": " + frame.text + "\n";
  EXPECT_THAT(frames, HasSubstr("says: cause postgres: connect_refused at connect"));
  EXPECT_THAT(frames, HasSubstr("says: part agent down (no_start)"));
  EXPECT_THAT(frames, Not(HasSubstr("says: part auth")));
  EXPECT_TRUE(std::ranges::any_of(seen.evidence.samples(), [](const Sample& sample) {
    return sample.measure == Measure::watches && sample.label == "abc";
  }));
}

TEST(Answerback, APeerThatMisbehavesIsAResult) {
  for (const auto& [bytes, reason] : std::initializer_list<std::pair<std::string, std::string_view>>{
           {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"status\"", "truncated"},
           {"HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n", "too_large"},
           {"+OK\r\n", "protocol"},
           {"HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n", "status"},
       }) {
    Loop loop;
    test::Peer peer(loop.io, test::answer(bytes));
    EXPECT_EQ(run_once(loop, answerback, "url: '" + peer.url("/h") + "'").reason(), reason) << bytes;
  }
}

}  // namespace
}  // namespace answerback::probes
