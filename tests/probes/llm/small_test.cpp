// The small pure parts of the probe.

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "probes/llm/backoff.h"
#include "probes/llm/baseline.h"
#include "probes/llm/escalation.h"
#include "probes/llm/exposition.h"
#include "probes/llm/json.h"
#include "probes/llm/key.h"
#include "probes/llm/ladder.h"
#include "probes/llm/pace.h"
#include "probes/llm/refusal.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const Steady now(1000h);
const Wall wall = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22);

std::string told(const ProbeResult& result) {
  return std::string(name(result.verdict)) + " " + std::string(name(result.reason));
}

// --- backing off

TEST(LlmBackoff, StaysAwayAsLongAsAskedAndNoLongerThanAllowed) {
  LlmBackoff backoff(1h);
  EXPECT_FALSE(backoff.hold(now));
  EXPECT_EQ(backoff.refused(Reason::rate_limited, 20s, now, wall),
            "; nothing is sent until 2026-11-22T00:00:20Z");
  EXPECT_EQ(told(*backoff.hold(now + 19s)), "unknown rate_limited");
  EXPECT_FALSE(backoff.hold(now + 20s));
  EXPECT_EQ(backoff.refused(Reason::overloaded, 24h, now, wall),
            "; nothing is sent until 2026-11-22T01:00:00Z");
  EXPECT_EQ(told(*backoff.hold(now + 59min)), "unknown overloaded");
  EXPECT_FALSE(backoff.hold(now + 1h));
}

TEST(LlmBackoff, RefusedAgainAndAgainItAsksEveryThirdTime) {
  LlmBackoff backoff(1h);
  std::string runs;
  for (int run = 0; run < 12; ++run) {
    const auto held = backoff.hold(now);
    runs += held ? '.' : 'x';
    if (!held)
      backoff.refused(Reason::overloaded, std::nullopt, now, wall);
    else
      EXPECT_THAT(held->detail, HasSubstr("times in a row"));
  }
  EXPECT_EQ(runs, "xxxx..x..x..");
  backoff.accepted();
  EXPECT_FALSE(backoff.hold(now));
}

TEST(LlmBackoff, OtherFailuresAreNoRefusals) {
  LlmBackoff backoff(1h);
  for (int run = 0; run < 10; ++run) {
    EXPECT_EQ(backoff.refused(Reason::auth, 20s, now, wall), "");
    EXPECT_FALSE(backoff.hold(now));
  }
}

// --- escalation

TEST(LlmEscalation, GeneratesEveryNthTimeAndAfterAChange) {
  LlmEscalation escalation(4);
  const auto runs = [&](int count, Verdict cheap, Verdict generated) {
    std::string told;
    for (int run = 0; run < count; ++run) {
      const bool due = escalation.due(cheap, cheap == Verdict::pass ? Reason::none : Reason::auth);
      told += due ? 'G' : '.';
      if (!due || cheap != Verdict::pass) continue;
      escalation.generating();
      escalation.generated(generated);
    }
    return told;
  };
  EXPECT_EQ(runs(9, Verdict::pass, Verdict::pass), "G...G...G");
  EXPECT_EQ(runs(3, Verdict::pass, Verdict::pass), "...");
  EXPECT_EQ(runs(1, Verdict::fail, Verdict::pass), "G");
  EXPECT_EQ(runs(2, Verdict::pass, Verdict::pass), "G.");
  // As long as a generation is not good, nothing cheaper can say that it is again.
  EXPECT_EQ(runs(5, Verdict::pass, Verdict::fail), "..GGG") << "due after its fourth, then each";
  EXPECT_EQ(runs(3, Verdict::pass, Verdict::warn), "GGG");
  EXPECT_EQ(runs(3, Verdict::pass, Verdict::pass), "G..");
}

TEST(LlmEscalation, AGenerationThatNeverEndsProvesNothing) {
  LlmEscalation escalation(10);
  EXPECT_TRUE(escalation.due(Verdict::pass, Reason::none));
  escalation.generating();
  EXPECT_TRUE(escalation.due(Verdict::pass, Reason::none));
}

// --- the ladder

TEST(LlmLadder, SaysDepthByDepthWhatIsProved) {
  LlmLadder nothing;
  EXPECT_EQ(nothing.missing(), "; not proved: reach, access, generate");
  LlmLadder reach;
  reach.proved(LlmDepth::reach, "status 401 without a key");
  EXPECT_EQ(reach.missing(), "; not proved: access, generate");
  LlmLadder access;
  access.proved(LlmDepth::access, "access to model m");
  EXPECT_EQ(access.missing("the deployment"), "; not proved: the deployment, generate");
  LlmLadder all;
  all.proved(LlmDepth::generate, "5 tokens");
  EXPECT_EQ(all.missing(), "");
  EXPECT_EQ(all.text(),
            "reach     proved: by generate\naccess    proved: by generate\ncount     not proved: not tried\n"
            "generate  proved: 5 tokens");
}

TEST(LlmLadder, ARefusalProvesThatSomebodyIsThere) {
  LlmLadder ladder;
  ladder.failed(LlmDepth::generate, {Reason::rate_limited, "status 429"}, true);
  EXPECT_EQ(
      ladder.text(),
      "reach     proved: it answered\naccess    not proved: not tried\ncount     not proved: not tried\n"
      "generate  not proved: rate_limited: status 429");
  LlmLadder wrong_key;
  wrong_key.failed(LlmDepth::generate, {Reason::auth, "status 401"}, true);
  EXPECT_THAT(wrong_key.text(), HasSubstr("access    not proved: auth\n"));
  LlmLadder silent;
  silent.failed(LlmDepth::generate, {Reason::connect_refused, "refused"}, false);
  EXPECT_THAT(silent.text(), HasSubstr("reach     not proved: not tried"));
}

// --- the key

struct KeyFile : testing::Test {
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("answerback-key-" + std::to_string(getpid()));
  LlmKey key = LlmKey::in_file(path);
  ~KeyFile() override { std::filesystem::remove(path); }

  void write(std::string_view text) {
    const std::filesystem::path next = path.string() + ".next";
    std::ofstream(next, std::ios::binary) << text;
    std::filesystem::rename(next, path);
  }
  std::string now() {
    const auto read = key.now();
    return read ? read->reveal() : std::string(name(read.error().reason)) + ": " + read.error().detail;
  }
};

TEST_F(KeyFile, IsReadAgainWhenItChanges) {
  write("sk-one\n");
  EXPECT_EQ(now(), "sk-one");
  write("  sk-three \r\n");
  EXPECT_EQ(now(), "sk-three");
}

TEST_F(KeyFile, AFileThatIsGoneForAMomentLeavesTheKey) {
  EXPECT_EQ(now(), "auth: api_key_file " + path.string() + ": cannot be read");
  write("sk-one");
  EXPECT_EQ(now(), "sk-one");
  std::filesystem::remove(path);
  EXPECT_EQ(now(), "sk-one");
  write("");
  EXPECT_EQ(now(), "sk-one");
  write("sk-two");
  EXPECT_EQ(now(), "sk-two");
}

TEST_F(KeyFile, WhatIsNoKeyIsToldWithoutShowingIt) {
  for (const std::string& text :
       {std::string("sk-one\nsk-two\n"), std::string(100'000, 'k'), std::string("sk-one\0x", 8)}) {
    write(text);
    EXPECT_THAT(now(), HasSubstr("holds no key"));
    EXPECT_THAT(now(), testing::Not(HasSubstr("sk-one")));
  }
  write(" \n");
  EXPECT_THAT(now(), HasSubstr("is empty"));
}

// --- pace

TEST(LlmBaseline, IsTheMedianOfTheLastRuns) {
  MemoryStore store;
  LlmBaseline baseline("p/first_token", store);
  for (const Duration took : {400ms, 100ms, 9000ms, 300ms}) baseline.add(took);
  EXPECT_EQ(baseline.median(), std::nullopt);
  baseline.add(200ms);
  EXPECT_EQ(baseline.median(), 300ms);
  EXPECT_EQ(LlmBaseline("p/first_token", store).median(), 300ms);
  for (std::size_t i = 0; i < LlmBaseline::kept; ++i) baseline.add(2s);
  EXPECT_EQ(baseline.median(), 2s);
}

TEST(LlmBaseline, WhatIsNoneBeginsAnew) {
  for (const char* text : {"", "x", "1 2 x", "-1", "99999999999999999999"}) {
    MemoryStore store({{"k", text}});
    LlmBaseline baseline("k", store);
    EXPECT_EQ(baseline.median(), std::nullopt) << text;
    for (std::size_t i = 0; i < LlmBaseline::needed; ++i) baseline.add(1s);
    EXPECT_EQ(baseline.median(), 1s) << text;
  }
}

TEST(LlmPace, EachBoundIsAnswered) {
  const LlmPace pace{
      .total = 3s, .first_token = 2s, .usual_first_token = 500ms, .longest_gap = 700ms, .output_rate = 12.5};
  const auto judged = [&](LlmPaceBounds bounds) {
    const auto result = judge(bounds, pace);
    return result ? told(*result) + ": " + result->detail : "fast enough";
  };
  EXPECT_EQ(judged({}), "fast enough");
  EXPECT_EQ(judged({.times_usual = {.warn = 3.0}}),
            "warn slow: the first token took 4.0 times as long as usual (500ms)");
  EXPECT_EQ(judged({.times_usual = {.warn = 2.0, .fail = 3.9}}),
            "fail slow: the first token took 4.0 times as long as usual (500ms)");
  EXPECT_EQ(judged({.times_usual = {.warn = 5.0}}), "fast enough");
  EXPECT_EQ(judged({.output_rate = {.warn = 20.0}}), "warn slow: 12.5 tokens a second, warns below 20.0");
  EXPECT_EQ(judged({.output_rate = {.warn = 20.0, .fail = 15.0}}),
            "fail slow: 12.5 tokens a second, fails below 15.0");
  EXPECT_EQ(judged({.output_rate = {.fail = 10.0}}), "fast enough");
  EXPECT_EQ(judged({.gap = {.warn = 500ms, .fail = {}}}),
            "warn slow: a pause in the answer took 700ms, warns above 500ms");
  EXPECT_EQ(judged({.total = {.warn = {}, .fail = 1s}, .first_token = {.warn = 1s, .fail = {}}}),
            "fail slow: took 3000ms, fails above 1s");
}

TEST(LlmPace, WhatNobodyFeelsIsNotSlow) {
  const LlmPaceBounds bounds{.times_usual = {.warn = 2.0}};
  EXPECT_FALSE(judge(bounds, {.first_token = 95ms, .usual_first_token = 5ms}));
  EXPECT_TRUE(judge(bounds, {.first_token = 106ms, .usual_first_token = 5ms}));
  EXPECT_FALSE(judge(bounds, {.first_token = 10s}));
}

// --- errors and metrics of others

TEST(LlmRefusal, HasTheMostTellingWord) {
  const auto read = [](std::string_view text) {
    const auto refusal = refusal_in(*parse_json(text));
    return refusal ? refusal->code + "|" + refusal->type + "|" + refusal->message : "none";
  };
  EXPECT_EQ(read(R"({"error":{"message":"m","type":"t","param":null,"code":"c"}})"), "c|t|m");
  EXPECT_EQ(read(R"({"type":"error","error":{"type":"t","message":"m","details":{"error_code":"e"}}})"),
            "e|t|m");
  EXPECT_EQ(read(R"({"error":{"code":400,"message":"m","status":"S","details":[{"reason":"R"}]}})"), "R|S|m");
  EXPECT_EQ(read(R"({"error":"words"})"), "||words");
  EXPECT_EQ(read(R"({"detail":"words"})"), "||words");
  EXPECT_EQ(read(R"({"object":"error","message":"m","code":404})"), "404||m");
  EXPECT_EQ(read(R"([{"error":{"code":400,"message":"m","details":[{"reason":"R"}]}}])"), "R||m");
  for (const char* text : {"{}", "[]", "[7]", "7", R"({"error":null})", R"({"detail":[1]})"})
    EXPECT_EQ(read(text), "none");
}

TEST(LlmRefusal, GoogleSaysHowLongToWait) {
  const auto wait = [](const std::string& delay) {
    return refusal_in(*parse_json(R"({"error":{"code":429,"details":[{"retryDelay":)" + delay + "}]}}"))
        ->wait;
  };
  EXPECT_EQ(wait(R"("34s")"), 34s);
  EXPECT_EQ(wait(R"("1.5s")"), 1500ms);
  for (const char* delay :
       {R"("-3s")", R"("0s")", R"("s")", R"("3")", R"("3m")", "3", R"("1e9s")", R"("nans")"})
    EXPECT_EQ(wait(delay), std::nullopt) << delay;
}

TEST(LlmExposition, SumsAGaugeOverItsSeries) {
  const std::string page =
      "# HELP vllm:num_requests_waiting x\n# TYPE vllm:num_requests_waiting gauge\n"
      "vllm:num_requests_waiting{engine=\"0\",model_name=\"a}b\"} "
      "3.0\nvllm:num_requests_waiting{engine=\"1\"} 4 17\n"
      "vllm:num_requests_waiting_total 99\nllamacpp:requests_deferred 2\nbad{ 1\nworse nan\nlast 5";
  EXPECT_EQ(sum_of(page, "vllm:num_requests_waiting"), 7);
  EXPECT_EQ(sum_of(page, "llamacpp:requests_deferred"), 2);
  EXPECT_EQ(sum_of(page, "last"), 5);
  for (const char* none : {"bad", "worse", "absent", "vllm:num_requests"})
    EXPECT_EQ(sum_of(page, none), std::nullopt);
}

}  // namespace
}  // namespace answerback::probes
