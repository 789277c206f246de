#include "model/sentence.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "unit/model/plans.h"

namespace answerback {
namespace {

using namespace test;

enum : ProbeId { auth, postgres, websocket, agent };

Plan platform() {
  Plan plan = plan_of(
      {{"auth", {}}, {"postgres", {}}, {"websocket", {auth, postgres}}, {"agent", {websocket, postgres}}});
  plan.capabilities = {{"answers", 60, {agent}, "Users get no AI responses"},
                       {"sign-in", 40, {auth}, "Users cannot sign in"}};
  return plan;
}

std::vector<ProbeFacts> all_up() { return std::vector(4, up()); }

TEST(Sentence, SaysWhatSinceWhenBecauseOfWhatAndWhatItCosts) {
  std::vector<ProbeFacts> facts = all_up();
  facts[postgres] = facts[websocket] = facts[agent] = refused();
  EXPECT_EQ(assess(platform(), facts).output,
            "postgres: down connect_refused at connect since 2026-11-22T03:12:09Z (connection refused by "
            "127.0.0.1:5432); "
            "blocks websocket, agent; value blocked 60 %: Users get no AI responses");
}

TEST(Sentence, EndsTheNightThisProjectExistsFor) {
  std::vector<ProbeFacts> facts = all_up();
  facts[agent] = {.health = Health::down,
                  .since = at(),
                  .reason = Reason::no_start,
                  .phase = Phase::dispatch,
                  .detail = "upgrade 101 in 41 ms, welcome ok, ping ok, request sent, 0 of 5 events in 15 s"};
  EXPECT_EQ(assess(platform(), facts).output,
            "agent: down no_start at dispatch since 2026-11-22T03:12:09Z (upgrade 101 in 41 ms, welcome ok, "
            "ping ok, "
            "request sent, 0 of 5 events in 15 s); value blocked 60 %: Users get no AI responses");
}

TEST(Sentence, PutsTheMostCostlyOfSeveralCausesFirst) {
  std::vector<ProbeFacts> facts = all_up();
  facts[auth] = {.health = Health::down,
                 .since = at(-60),
                 .reason = Reason::status,
                 .phase = Phase::processing,
                 .detail = "status 503, expected 200"};
  facts[agent] = {
      .health = Health::down, .since = at(1), .reason = Reason::stalled, .phase = Phase::chain, .detail = ""};
  Plan plan = platform();
  plan.probes[websocket].depends_on = {};
  EXPECT_EQ(assess(plan, facts).output,
            "agent: down stalled at chain since 2026-11-22T03:12:10Z; value blocked 60 %: Users get no AI "
            "responses | "
            "auth: down status at processing since 2026-11-22T03:11:09Z (status 503, expected 200); "
            "value blocked 40 %: Users cannot sign in");
}

TEST(Sentence, TellsThreeCausesAndCountsTheRest) {
  Plan plan = plan_of({{"a", {}}, {"b", {}}, {"c", {}}, {"d", {}}, {"e", {}}});
  std::vector<ProbeFacts> facts(5);
  for (int i = 0; i < 5; ++i) {
    facts[static_cast<std::size_t>(i)] = {.health = Health::down,
                                          .since = at(i),
                                          .reason = Reason::reset,
                                          .phase = Phase::transfer,
                                          .detail = ""};
  }
  EXPECT_EQ(assess(plan, facts).output,
            "a: down reset at transfer since 2026-11-22T03:12:09Z | b: down reset at transfer since "
            "2026-11-22T03:12:10Z | "
            "c: down reset at transfer since 2026-11-22T03:12:11Z | and 2 more");
}

TEST(Sentence, TellsFiveOfManyNames) {
  Plan plan = plan_of({{"db", {}},
                       {"p1", {0}},
                       {"p2", {0}},
                       {"p3", {0}},
                       {"p4", {0}},
                       {"p5", {0}},
                       {"p6", {0}},
                       {"p7", {0}}});
  std::vector<ProbeFacts> facts(8, refused());
  facts[0].detail.clear();
  EXPECT_EQ(
      assess(plan, facts).output,
      "db: down connect_refused at connect since 2026-11-22T03:12:09Z; blocks p1, p2, p3, p4, p5 and 2 more");
}

TEST(Sentence, TellsAWarningTheSameWay) {
  std::vector<ProbeFacts> facts = all_up();
  facts[auth] = {.health = Health::degraded,
                 .since = at(),
                 .reason = Reason::rate_limited,
                 .phase = Phase::processing,
                 .detail = "429, retry after 30 s"};
  facts[agent] = {.health = Health::degraded,
                  .since = at(5),
                  .reason = Reason::slow,
                  .phase = Phase::chain,
                  .detail = ""};
  EXPECT_EQ(assess(platform(), facts).output,
            "auth: degraded rate_limited at processing since 2026-11-22T03:12:09Z (429, retry after 30 s); "
            "degrades agent; "
            "no capability blocked");
}

TEST(Sentence, SaysWhyAnOutageIsOnlyAWarningAndWhereTheRunbookIs) {
  Plan plan = plan_of({{"cache", {}}});
  plan.probes[0].critical = false;
  plan.probes[0].runbook_url = "https://runbooks/cache";
  const Assessment now = assess(plan, std::vector{refused()});
  EXPECT_EQ(now.status, Status::warn);
  EXPECT_EQ(now.output,
            "cache: down connect_refused at connect since 2026-11-22T03:12:09Z (connection refused by "
            "127.0.0.1:5432); "
            "not critical; runbook https://runbooks/cache");
}

TEST(Sentence, DoesNotAcquitWhatIsUnknown) {
  std::vector<ProbeFacts> facts = all_up();
  facts[agent] = {.health = Health::down,
                  .since = at(),
                  .reason = Reason::no_start,
                  .phase = Phase::dispatch,
                  .detail = ""};
  facts[postgres] = unknown();
  EXPECT_EQ(assess(platform(), facts).output,
            "agent: down no_start at dispatch since 2026-11-22T03:12:09Z; unknown: postgres; "
            "value blocked 60 %: Users get no AI responses | waiting for first results of postgres");
}

TEST(Sentence, WaitsForFirstResults) {
  std::vector<ProbeFacts> facts = all_up();
  facts[auth] = facts[agent] = unknown();
  EXPECT_EQ(assess(platform(), facts).output, "waiting for first results of auth, agent");
}

TEST(Sentence, SaysWhyAProbeCouldNotTell) {
  std::vector<ProbeFacts> facts = all_up();
  facts[agent] = {.health = Health::unknown,
                  .since = at(),
                  .reason = Reason::worker_died,
                  .phase = Phase::execute,
                  .detail = "killed by signal 11"};
  EXPECT_EQ(assess(platform(), facts).output,
            "agent: unknown, last worker_died at execute, since 2026-11-22T03:12:09Z (killed by signal 11)");
}

TEST(Sentence, WithoutProbesSaysSo) {
  EXPECT_EQ(assess(Plan{}, {}).output, "no probes are configured: nothing is known");
}

TEST(Sentence, WhileNotLookingHoldsTheLastAnswer) {
  EXPECT_EQ(assess(platform(), all_up(), "stalled for 3.2 s").output,
            "not looking: stalled for 3.2 s; the last answer is held: pass");
  std::vector<ProbeFacts> facts = all_up();
  facts[auth] = unknown();
  EXPECT_EQ(assess(platform(), facts, "stalled for 3.2 s").output,
            "not looking: stalled for 3.2 s; the last answer is held: waiting for first results of auth");
}

TEST(Sentence, IsOneLineWhateverTheTargetSays) {
  std::vector<ProbeFacts> facts = all_up();
  facts[auth] = refused();
  facts[auth].detail = "line\r\n\x1B[2Jred" + std::string(5000, 'x');
  Plan plan = platform();
  plan.capabilities[1].impact = "Users\ncannot sign in";
  const std::string output = assess(plan, facts).output;
  EXPECT_EQ(output.find_first_of("\r\n\x1B"), std::string::npos);
  EXPECT_NE(output.find("(line\\r\\n\\x1b[2Jredxxx"), std::string::npos);
  EXPECT_NE(output.find("xxx…); value blocked 40 %: Users\\ncannot sign in"), std::string::npos);
  EXPECT_LT(output.size(), 500u);
}

TEST(Sentence, RoundsValueWithoutHidingAny) {
  Plan plan = plan_of({{"a", {}}});
  const auto told = [&](double blocked, double rest) {
    plan.capabilities = {{"x", blocked, {0}, "lost"}, {"y", rest, {}, ""}};
    const std::string output = assess(plan, std::vector{refused()}).output;
    return output.substr(output.find("value blocked"));
  };
  EXPECT_EQ(told(1, 2), "value blocked 33 %: lost");
  EXPECT_EQ(told(1, 1000), "value blocked under 1 %: lost");
  EXPECT_EQ(told(1000, 1), "value blocked 99 %: lost");
  EXPECT_EQ(told(60, 0), "value blocked 100 %: lost");
}

TEST(Sentence, NamesACapabilityWithoutAnImpact) {
  Plan plan = plan_of({{"a", {}}});
  plan.capabilities = {{"search", 1, {0}, ""}};
  ProbeFacts facts = refused();
  facts.detail.clear();
  EXPECT_EQ(
      assess(plan, std::vector{facts}).output,
      "a: down connect_refused at connect since 2026-11-22T03:12:09Z; value blocked 100 %: search blocked");
}

}  // namespace
}  // namespace answerback
