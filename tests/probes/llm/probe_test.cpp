// The probe over many runs: depths, escalation, budgets, speed, keys, a server's own words.

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "model/health.h"
#include "probes/llm/harness.h"
#include "probes/llm/llm.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string answer_of(unsigned status, const std::string& body, const std::string& headers = "") {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// A provider of OpenAI's kind that counts what it was asked and what it has spent.
struct Provider {
  asio::io_context& io;
  std::size_t generations = 0, looks = 0, counts = 0;
  std::uint64_t tokens_in = 0, tokens_out = 0;
  std::string refusal = {};  // a whole response instead of a generation
  std::chrono::milliseconds wait{0}, gap{0}, look_wait{0};
  bool access = true;
  test::Peer peer{io, [this](test::Connection& c) { return serve(c); }};

  asio::awaitable<void> serve(test::Connection& c) {
    const std::string request = co_await c.read_http();
    if (request.starts_with("GET")) {
      ++looks;
      co_await c.wait(look_wait);
      co_return co_await c.write(access ? answer_of(200, R"({"id":"demo-1"})") : answer_of(401, ""));
    }
    if (request.starts_with("POST /v1/responses/input_tokens")) {
      ++counts;
      co_return co_await c.write(answer_of(200, R"({"object":"response.input_tokens","input_tokens":9})"));
    }
    ++generations;
    if (!refusal.empty()) co_return co_await c.write(refusal);
    tokens_in += 12;
    tokens_out += 5;
    co_await c.wait(wait);
    co_await c.write(stream_head() + events({chunk("Hello")}));
    if (gap > 0ms) co_await c.wait(gap);
    co_await c.write(
        events({chunk(" you!"), last_chunk("stop"),
                R"({"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":5}})", std::string(done)}));
  }
};

struct LlmProbe : testing::Test {
  LlmRig rig;
  Provider provider{.io = rig.loop.io};
  void configure(const std::string& more = "") { rig.configure(provider.peer.url("/v1"), more); }
};

// --- depths

TEST_F(LlmProbe, WhatIsNotProvedIsSaid) {
  configure("depth: reach");
  EXPECT_EQ(rig.run().result.detail, "the edge answers without a key; not proved: access, generate");
  configure("depth: access");
  EXPECT_EQ(rig.run().result.detail, "access to model demo-1; not proved: generate");
  configure("depth: count");
  const Seen counted = rig.run();
  EXPECT_EQ(told(counted), "pass ");
  EXPECT_EQ(counted.result.detail, "9 tokens counted by model demo-1; not proved: generate");
  EXPECT_EQ(provider.counts, 1u);
  EXPECT_EQ(provider.generations, 0u);
  configure();
  EXPECT_THAT(rig.run().result.detail, Not(HasSubstr("not proved")));
}

TEST_F(LlmProbe, TheEvidenceGoesDepthByDepth) {
  configure("price: {input: 1, output: 10}");
  const Seen well = rig.run();
  EXPECT_THAT(
      frames(well),
      AllOf(HasSubstr("depths: reach     proved: by generate\n"), HasSubstr("access    proved: by generate"),
            HasSubstr("count     not proved: not tried"), HasSubstr("generate  proved: 5 tokens in ")));
  EXPECT_THAT(well.result.detail, HasSubstr("; spent 12 tokens in, 5 out, cost 0.000062"));
  EXPECT_DOUBLE_EQ(sample(well, Measure::cost)->value, 62e-6);
  provider.refusal = answer_of(529, "");
  EXPECT_THAT(frames(rig.run()),
              AllOf(HasSubstr("reach     proved: it answered"), HasSubstr("access    not proved: not tried"),
                    HasSubstr("generate  not proved: overloaded: status 529")));
}

TEST_F(LlmProbe, EscalationGeneratesEveryNthRunAndAfterAChange) {
  configure("escalate: {every: 5}");
  for (int run = 0; run < 11; ++run) EXPECT_EQ(told(rig.run()), "pass ");
  EXPECT_EQ(provider.generations, 3u);
  const Seen between = rig.run();
  EXPECT_EQ(between.result.detail, "access to model demo-1; not proved: generate (generated 1 runs ago)");
  provider.access = false;
  EXPECT_EQ(told(rig.run()), "fail auth");
  EXPECT_EQ(provider.generations, 3u) << "without access there is nothing to generate with";
  provider.access = true;
  EXPECT_EQ(told(rig.run()), "pass ");
  EXPECT_EQ(provider.generations, 4u);
}

TEST_F(LlmProbe, ABrokenGenerationIsNotMadeGreenByACheapLook) {
  configure("escalate: {every: 3}");
  EXPECT_EQ(told(rig.run()), "pass ");
  provider.refusal = answer_of(500, "");
  std::string runs;
  for (int run = 0; run < 6; ++run) runs += told(rig.run()) + ", ";
  EXPECT_EQ(runs,
            "pass , pass , fail upstream_error, fail upstream_error, fail upstream_error, "
            "fail upstream_error, ");
  provider.refusal.clear();
  EXPECT_EQ(told(rig.run()), "pass ");
  EXPECT_EQ(provider.generations, 6u);
}

// --- money

TEST_F(LlmProbe, AStormOfAThousandRefusalsStaysInsideTheBudget) {
  configure("budget: {tokens_per_hour: 500, tokens_per_day: 2000}");
  std::uint64_t counted = 0;
  std::set<std::string> verdicts;
  HealthState health;
  int incidents = 0;
  for (int run = 0; run < 1000; ++run) {
    provider.refusal =
        run >= 100 && run < 900 ? answer_of(529, R"({"error":{"type":"overloaded_error"}})") : "";
    const Seen seen = rig.run();
    verdicts.insert(told(seen));
    const Step next =
        step(health, seen.result.verdict, {}, rig.clock.now(), degrades_first(seen.result.reason));
    incidents += next.change && next.change->from == Health::up ? 1 : 0;
    health = next.state;
    for (const Measure measure : {Measure::input_tokens, Measure::output_tokens})
      if (const Sample* tokens = sample(seen, measure)) counted += static_cast<std::uint64_t>(tokens->value);
    rig.clock.move(10s);
  }
  EXPECT_THAT(verdicts,
              testing::ElementsAre("fail overloaded", "pass ", "unknown budget_spent", "unknown overloaded"));
  EXPECT_EQ(counted, provider.tokens_in + provider.tokens_out);
  EXPECT_EQ(incidents, 1);
  EXPECT_EQ(health.health, Health::up);
  EXPECT_LE(counted, 3 * 500u) << "three windows of an hour";
  EXPECT_GT(counted, 500u);
  EXPECT_LT(provider.generations, 600u) << "it backs off from who refuses it";
}

TEST_F(LlmProbe, AGoodAccessDoesNotHideARefusedGeneration) {
  configure("escalate: {every: 2}");
  provider.refusal = answer_of(529, "");
  std::string runs;
  for (int run = 0; run < 8; ++run) runs += rig.run().result.verdict == Verdict::fail ? 'x' : '.';
  EXPECT_EQ(runs, "xxxx..x.");
}

TEST_F(LlmProbe, TheHourIsABudgetOfItsOwn) {
  configure("budget: {tokens_per_hour: 40, tokens_per_day: 100000}");
  EXPECT_EQ(told(rig.run()), "pass ");
  const Seen spent = rig.run();
  EXPECT_EQ(told(spent), "unknown budget_spent");
  EXPECT_THAT(spent.result.detail, AllOf(StartsWith("17 of 40 tokens of this hour are spent"),
                                         HasSubstr("access to model demo-1; not proved: generate")));
  EXPECT_THAT(frames(spent), HasSubstr("generate  not proved: budget_spent, 17 of 40"));
  rig.clock.move(1h);
  EXPECT_EQ(told(rig.run()), "pass ");
}

TEST_F(LlmProbe, ABudgetIsKeptOverAReloadAndSharedByName) {
  configure("budget: {shared: {name: all, tokens_per_day: 60}}");
  EXPECT_EQ(told(rig.run()), "pass ");
  EXPECT_EQ(sample(rig.run(), Measure::budget_remaining_tokens)->value, 26);
  configure("budget: {shared: {name: all, tokens_per_day: 60}}");
  EXPECT_EQ(told(rig.run()), "unknown budget_spent");
  configure("budget: {shared: {name: other, tokens_per_day: 60}}");
  EXPECT_EQ(told(rig.run()), "pass ");
  EXPECT_EQ(rig.loop.store.get("p/budget"), std::nullopt);
}

TEST_F(LlmProbe, ABrokenStreamIsCountedAsFarAsItCame) {
  configure("budget: {tokens_per_day: 1000}");
  provider.refusal = stream_head() + events({chunk("Hello you, how are you today?")});
  const Seen seen = rig.run();
  EXPECT_EQ(told(seen), "fail truncated");
  EXPECT_EQ(sample(seen, Measure::output_tokens)->value, 29 / 4 + 8);
  EXPECT_EQ(sample(seen, Measure::budget_remaining_tokens)->value, 1000 - (29 / 4 + 8) - (39 / 4 + 8));
}

TEST_F(LlmProbe, ARunCutOffAtItsDeadlineStillSaysWhatItCost) {
  provider.wait = 10s;
  configure("budget: {tokens_per_day: 1000}");
  const Seen seen = rig.run_until_late(100ms);
  EXPECT_EQ(told(seen), "fail read_timeout");
  ASSERT_NE(sample(seen, Measure::output_tokens), nullptr);
  EXPECT_EQ(sample(seen, Measure::output_tokens)->value, 16);
  EXPECT_EQ(sample(seen, Measure::budget_remaining_tokens)->value, 1000 - 33);
  EXPECT_THAT(frames(seen), HasSubstr("generate  not proved: the answer never came to its end"));
}

// --- speed

TEST_F(LlmProbe, TheTimeToTheFirstTokenIsTheProvidersOwn) {
  provider.wait = 80ms;
  provider.look_wait = 50ms;
  configure("escalate: {every: 2}");
  const Seen seen = rig.run();  // the cheap look before it is not counted
  EXPECT_NEAR(sample(seen, Measure::time_to_first_token)->value, 0.080, 0.020);
}

TEST_F(LlmProbe, WhatIsSlowerThanUsualIsSlow) {
  configure("first_token: {warn_times_usual: 3}");
  for (int run = 0; run < 5; ++run) EXPECT_EQ(told(rig.run()), "pass ");
  provider.wait = 160ms;
  const Seen seen = rig.run();
  EXPECT_EQ(told(seen), "warn slow");
  EXPECT_THAT(seen.result.detail, HasSubstr("times as long as usual"));
}

TEST_F(LlmProbe, APauseInTheAnswerIsMeasuredAndBounded) {
  provider.gap = 60ms;
  configure("chunk_gap: {warn: 30ms}");
  const Seen seen = rig.run();
  EXPECT_EQ(told(seen), "warn slow");
  EXPECT_NEAR(sample(seen, Measure::longest_chunk_gap)->value, 0.060, 0.020);
  configure("output_rate: {warn: 1000000}");
  EXPECT_EQ(told(rig.run()), "warn slow");
}

// --- the key

TEST(LlmKeys, AreReadFromAFileThatMayChange) {
  LlmRig rig;
  std::string used;
  test::Peer peer(rig.loop.io, [&](test::Connection& c) -> asio::awaitable<void> {
    const std::string request = co_await c.read_http();
    const std::size_t at = request.find("Bearer ");
    used = at == std::string::npos ? "none" : request.substr(at + 7, request.find('\r', at) - at - 7);
    co_await c.write(answer_of(401, R"({"error":{"message":"Incorrect API key: )" + used + R"("}})"));
  });
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("answerback-llm-key-" + std::to_string(getpid()));
  const auto turn = [&](std::string_view key) {
    std::ofstream(path.string() + ".next") << key << "\n";
    std::filesystem::rename(path.string() + ".next", path);
  };
  rig.configure_with("model: m\n    base_url: '" + peer.url("/v1") + "'\n    api_key_file: " + path.string());
  EXPECT_EQ(told(rig.run()), "fail auth");
  EXPECT_EQ(used, "") << "without a key nothing is sent";
  for (const std::string key : {"sk-first-key", "sk-second-key"}) {
    turn(key);
    const Seen seen = rig.run();
    EXPECT_EQ(used, key);
    EXPECT_THAT(frames(seen) + seen.result.detail, AllOf(Not(HasSubstr("sk-")), HasSubstr("<secret>")));
  }
  std::filesystem::remove(path);
}

TEST(LlmKeys, NeverFollowARedirect) {
  LlmRig rig;
  std::size_t led = 0;
  test::Peer elsewhere(rig.loop.io, [&](test::Connection& c) -> asio::awaitable<void> {
    ++led;
    co_await c.hold();
  });
  test::Peer peer(rig.loop.io, test::answer("HTTP/1.1 307 Temporary Redirect\r\nLocation: " +
                                            elsewhere.url("/v1") + "\r\nContent-Length: 0\r\n\r\n"));
  for (const std::string depth : {"reach", "access", "count", "generate"}) {
    rig.configure(peer.url("/v1"), "depth: " + depth);
    EXPECT_EQ(told(rig.run()), "fail status") << depth;
  }
  EXPECT_EQ(led, 0u);
}

// --- servers of one's own

struct LlmServer : testing::Test {
  LlmRig rig;
  std::map<std::string, std::string> paths;  // what is asked for, and the whole answer
  std::vector<std::string> asked;
  test::Peer peer{rig.loop.io, [this](test::Connection& c) { return serve(c); }};

  asio::awaitable<void> serve(test::Connection& c) {
    const std::string request = co_await c.read_http();
    const std::size_t space = request.find(' ');
    asked.push_back(request.substr(space + 1, request.find(' ', space + 1) - space - 1));
    const auto found = paths.find(asked.back());
    co_await c.write(found == paths.end() ? answer_of(404, "") : found->second);
  }
  Seen run(const std::string& keys) {
    asked.clear();
    rig.configure(peer.url(""), keys);
    return rig.run();
  }
};

TEST_F(LlmServer, VllmTellsItsHealthAndItsQueue) {
  paths = {{"/health", answer_of(200, "")},
           {"/metrics", answer_of(200,
                                  "vllm:num_requests_running{model_name=\"m\"} "
                                  "8.0\nvllm:num_requests_waiting{model_name=\"m\"} 12.0\n")},
           {"/v1/models/demo-1", answer_of(200, R"({"id":"demo-1"})")}};
  const std::string keys = "provider: vllm\n    depth: access\n    server: {health: true, most_waiting: 10}";
  const Seen crowded = run(keys);
  EXPECT_EQ(told(crowded), "warn overloaded");
  EXPECT_THAT(crowded.result.detail, StartsWith("8 requests running, 12 waiting; access to model demo-1"));
  EXPECT_EQ(sample(crowded, Measure::requests_waiting)->value, 12);
  EXPECT_THAT(asked, testing::ElementsAre("/health", "/metrics", "/v1/models/demo-1"));
  paths["/health"] = answer_of(503, "");
  const Seen dead = run(keys);
  EXPECT_EQ(told(dead), "fail overloaded");
  EXPECT_THAT(dead.result.detail, StartsWith("the server's own health: status 503"));
  paths["/health"] = answer_of(200, "");
  paths["/metrics"] = answer_of(404, "");
  EXPECT_EQ(told(run(keys)), "pass ") << "a load that is not told is no failure";
}

TEST_F(LlmServer, LlamaCppLoadsItsModel) {
  paths = {
      {"/health",
       answer_of(503, R"({"error":{"code":503,"message":"Loading model","type":"unavailable_error"}})")}};
  const Seen seen = run("provider: llamacpp\n    depth: access\n    server: {health: true}");
  EXPECT_EQ(told(seen), "fail overloaded");
  EXPECT_THAT(seen.result.detail, HasSubstr("Loading model"));
}

TEST_F(LlmServer, OllamaTellsWhatIsLoadedWithoutLoading) {
  paths = {{"/api/ps", answer_of(200, R"({"models":[{"name":"other:7b","size_vram":1}]})")},
           {"/api/tags", answer_of(200, R"({"models":[{"name":"other:7b"},{"name":"demo-1:latest"}]})")}};
  const Seen seen = run("provider: ollama\n    depth: access\n    server: {load: true}");
  EXPECT_EQ(told(seen), "pass ");
  EXPECT_THAT(frames(seen),
              HasSubstr("server: loaded: other:7b; demo-1 is not, the first answer waits for it"));
  EXPECT_THAT(asked, testing::ElementsAre("/api/ps", "/api/tags"));
}

TEST_F(LlmServer, LiteLlmThatHasLostItsDatabaseIsNotHealthy) {
  const std::string keys = "provider: litellm\n    depth: access\n    server: {health: true}";
  paths = {{"/health/readiness", answer_of(200, R"({"status":"healthy","db":"connected"})")},
           {"/v1/models/demo-1", answer_of(200, R"({"id":"demo-1"})")}};
  EXPECT_EQ(told(run(keys)), "pass ");
  EXPECT_THAT(asked, Not(testing::Contains("/health"))) << "that one calls every model";
  paths["/health/readiness"] = answer_of(200, R"({"status":"healthy","db":"Not connected"})");
  EXPECT_EQ(told(run(keys)), "pass ");
  paths["/health/readiness"] = answer_of(200, R"({"status":"healthy","db":"disconnected"})");
  const Seen seen = run(keys);
  EXPECT_EQ(told(seen), "fail upstream_error");
  EXPECT_THAT(seen.result.detail,
              HasSubstr("the proxy says \"healthy\" and that its database is disconnected"));
}

TEST_F(LlmServer, AzuresListDoesNotProveTheDeployment) {
  paths = {{"/openai/v1/models", answer_of(200, R"({"object":"list","data":[{"id":"gpt-5"}]})")}};
  const Seen seen = run("provider: azure\n    depth: access");
  EXPECT_EQ(told(seen), "pass ");
  EXPECT_EQ(seen.result.detail, "the key is good for demo-1; not proved: the deployment, generate");
}

// --- the line that never ends, in NDJSON

TEST_F(LlmServer, AnOllamaLineOfTenMegabytesIsTooLarge) {
  paths = {{"/api/chat", "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n\r\n{\"a\":\"" +
                             std::string(10'000'000, 'x')}};
  const Seen seen = run("provider: ollama");
  EXPECT_EQ(told(seen), "fail too_large");
  EXPECT_LT(seen.evidence.bytes_received(), 1'000'000u);
}

}  // namespace
}  // namespace answerback::probes
