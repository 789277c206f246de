#include "model/whys.h"

#include <gmock/gmock.h>

#include "model/toll.h"
#include "unit/model/plans.h"

namespace answerback {
namespace {

using namespace test;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using Lines = std::vector<std::string>;

//  agent -> websocket -> auth
//        -> postgres
//        -> llm
Plan platform() {
  Plan plan =
      plan_of({{"auth", {}}, {"postgres", {}}, {"websocket", {0}}, {"llm", {}}, {"agent", {2, 1, 3}}});
  plan.capabilities = {{.name = "sign-in", .value = 40, .needs = {0, 2, 1}, .impact = "Users cannot connect"},
                       {.name = "answers", .value = 60, .needs = {4}, .impact = "Users get no AI responses"}};
  return plan;
}

ProbeFacts silent_agent() {
  return {.health = Health::down,
          .since = at(30),
          .reason = Reason::no_start,
          .phase = Phase::dispatch,
          .detail = "0 of 5 events in 15 s"};
}

std::vector<ProbeFacts> all_up() { return std::vector(5, up()); }

constexpr const char* agent_line =
    "agent is down: no_start at dispatch since 2026-11-22T03:12:39Z (0 of 5 events in 15 s)";
constexpr const char* postgres_line =
    "postgres is down: connect_refused at connect since 2026-11-22T03:12:09Z (connection refused by "
    "127.0.0.1:5432)";

TEST(Whys, GoFromWhatUsersLoseDownToTheRoot) {
  std::vector<ProbeFacts> facts = all_up();
  facts[1] = refused();
  facts[4] = silent_agent();
  const Assessment whole = assess(platform(), facts);
  ASSERT_EQ(whole.causes.size(), 1U);
  EXPECT_THAT(whole.causes[0].whys,
              ElementsAre("Users cannot connect, Users get no AI responses (value blocked 100 %)",
                          std::string("because ") + agent_line, std::string("because ") + postgres_line,
                          "auth, websocket, llm were up"));
  EXPECT_EQ(whole.causes[0].value_blocked, 100);
}

TEST(Whys, OfAFaultOfItsOwn) {
  std::vector<ProbeFacts> facts = all_up();
  facts[4] = silent_agent();
  EXPECT_THAT(assess(platform(), facts).causes.at(0).whys,
              ElementsAre("Users get no AI responses (value blocked 60 %)",
                          std::string("because ") + agent_line, "auth, postgres, websocket, llm were up"));
}

TEST(Whys, AnUnknownDependencyIsSaidToBeUnknown) {
  std::vector<ProbeFacts> facts = all_up();
  facts[4] = silent_agent();
  facts[1] = unknown();
  facts[3].health = Health::degraded;
  EXPECT_THAT(assess(platform(), facts).causes.at(0).whys.back(),
              "auth, websocket were up; llm was degraded; postgres was unknown: neither blamed nor cleared");
}

TEST(Whys, ADependencyInBetweenThatHasNotNoticedIsSaidSo) {
  std::vector<ProbeFacts> facts = all_up();
  facts[0] = refused();
  facts[4] = silent_agent();
  const auto whys = assess(platform(), facts).causes.at(0).whys;
  EXPECT_EQ(whys.at(2), "because websocket, which has not failed yet itself");
  EXPECT_EQ(whys.at(3).substr(0, 20), "because auth is down");
}

TEST(Whys, TwoRootsAreEachTold) {
  std::vector<ProbeFacts> facts = all_up();
  facts[1] = refused(at(5));
  facts[3] = refused(at(6));
  facts[4] = silent_agent();
  const Assessment whole = assess(platform(), facts);
  ASSERT_EQ(whole.causes.size(), 2U);
  EXPECT_EQ(whole.causes[0].whys.back(), "auth, websocket were up; llm was down as well");
  EXPECT_EQ(whole.causes[1].whys.back(), "auth, websocket were up; postgres was down as well");
}

TEST(Whys, WithoutCapabilitiesBeginWithTheOutermostProbe) {
  Plan plan = platform();
  plan.capabilities.clear();
  std::vector<ProbeFacts> facts = all_up();
  facts[0] = facts[2] = refused();
  facts[4] = silent_agent();
  EXPECT_EQ(assess(plan, facts).causes.at(0).whys.front(), agent_line);
}

TEST(Whys, SayWhatChangedBeforeAndNotWhatChangedAfter) {
  std::vector<ProbeFacts> facts = all_up();
  facts[1] = refused();
  facts[4] = silent_agent();
  facts[1].changes = {{at(-150), "address 10.0.0.8:5432, before that 10.0.0.7:5432"},
                      {at(600), "certificate"}};
  facts[0].changes = {{at(-10), "not on the way"}};
  EXPECT_EQ(
      assess(platform(), facts, {}, at(-90)).causes.at(0).whys.back(),
      "changed last: the configuration was reloaded at 2026-11-22T03:10:39Z, 90 s before; postgres showed "
      "another address 10.0.0.8:5432, before that 10.0.0.7:5432 at 2026-11-22T03:09:39Z, 2 min before");
  EXPECT_EQ(assess(platform(), facts, {}, at(3600)).causes.at(0).whys.back().find("reloaded"),
            std::string::npos);
  facts[1].changes.clear();
  EXPECT_EQ(assess(platform(), facts, {}, at(-90000)).causes.at(0).whys.size(), 4U) << "the day before";
}

TEST(Whys, EndEvenOnACycle) {
  const Plan plan = plan_of({{"a", {1}}, {"b", {0}}, {"c", {0}}});
  EXPECT_FALSE(assess(plan, std::vector(3, refused())).causes.size() > 3);
}

// --- findings

Plan compared(Reason reason) {
  Plan plan = plan_of({{"direct", {}}, {"edge", {}}, {"agent", {1}}});
  plan.comparisons = {{.name = "rule", .reason = reason, .failing = 1, .working = 0}};
  return plan;
}

// Both looked at in the same stretch of time: the edge has failed since the first second, the direct way was
// seen to work in the third.
std::vector<ProbeFacts> edge_down() {
  std::vector<ProbeFacts> facts{up(), refused(), refused(at(9))};
  facts[0].good = Steady(3s);
  facts[1].failing = Steady(1s);
  facts[2].failing = Steady(1s);
  return facts;
}

TEST(Findings, CallACauseByItsName) {
  const Assessment whole = assess(compared(Reason::edge_path), edge_down());
  ASSERT_EQ(whole.findings.size(), 1U);
  EXPECT_EQ(whole.findings[0].probe, 1U);
  EXPECT_EQ(whole.findings[0].with, 0U);
  EXPECT_EQ(whole.findings[0].since, at());
  ASSERT_EQ(whole.causes.size(), 1U) << "one fault is one cause";
  EXPECT_EQ(whole.causes[0].reason, Reason::edge_path);
  EXPECT_EQ(whole.causes[0].blocks, std::vector<ProbeId>{2});
  EXPECT_EQ(
      whole.causes[0].whys.at(2),
      "which is edge_path (it works from inside and fails through the edge): while direct works, up since "
      "2026-11-22T02:12:09Z");
  EXPECT_NE(whole.output.find(
                "edge: down connect_refused at connect since 2026-11-22T03:12:09Z (connection refused by "
                "127.0.0.1:5432); edge_path: while direct works"),
            std::string::npos)
      << whole.output;
}

TEST(Findings, NeedBothSidesToSpeakOfTheSameTime) {
  const auto none = [](auto change) {
    std::vector<ProbeFacts> facts = edge_down();
    change(facts);
    return assess(compared(Reason::edge_path), facts).findings.empty();
  };
  EXPECT_FALSE(none([](auto&) {}));
  EXPECT_TRUE(none([](auto& facts) { facts[0].good = Steady(999ms); })) << "seen to work only before";
  EXPECT_TRUE(none([](auto& facts) { facts[0].good = Steady::min(); })) << "up, but its newest run failed";
  EXPECT_TRUE(none([](auto& facts) { facts[0].health = Health::down; }));
  EXPECT_TRUE(none([](auto& facts) { facts[0].health = Health::unknown; }));
  EXPECT_TRUE(none([](auto& facts) { facts[1].health = Health::degraded; }));
  EXPECT_TRUE(none([](auto& facts) { facts[1].health = Health::up; }));
}

TEST(Findings, AreNotMadeWhereADependencyExplainsIt) {
  Plan plan = compared(Reason::app_layer);
  plan.probes.emplace_back().name = "redis";
  plan.probes[1].depends_on = {3};
  std::vector<ProbeFacts> facts = edge_down();
  facts.push_back(refused());
  EXPECT_THAT(assess(plan, facts).findings, IsEmpty());
  facts[3] = up();
  EXPECT_EQ(assess(plan, facts).findings.size(), 1U);
}

TEST(Findings, OfASplitBrainNeedTheRefusal) {
  Plan plan = compared(Reason::auth_split_brain);
  plan.comparisons[0].fails_with = {Reason::auth};
  std::vector<ProbeFacts> facts = edge_down();
  EXPECT_THAT(assess(plan, facts).findings, IsEmpty());
  facts[1].reason = Reason::auth;
  EXPECT_EQ(assess(plan, facts).causes.at(0).reason, Reason::auth_split_brain);
}

RunRecord claim(Steady started, double value, const char* words) {
  RunRecord run;
  run.probe = 0;
  run.started = started;
  run.result = ProbeResult::pass();
  run.samples = {{Measure::claims_health, value, words}};
  return run;
}

TEST(Unmasked, AClaimOfHealthAgainstAnObservedFailureQuotesBothSides) {
  Plan plan = plan_of({{"ready", {}}, {"agent", {}}});
  plan.probes[0].claims = {1};
  std::vector<ProbeFacts> facts{up(), silent_agent()};
  facts[1].failing = Steady(5s);
  const auto lie = unmasked(plan, facts, claim(Steady(6s), 1, R"({"status":"healthy"})"));
  ASSERT_TRUE(lie);
  EXPECT_EQ(lie->verdict, Verdict::warn);
  EXPECT_EQ(lie->reason, Reason::ready_lies);
  EXPECT_EQ(lie->detail, std::string(R"(says {"status":"healthy"} while agent is )") +
                             "down: no_start at dispatch since 2026-11-22T03:12:39Z (0 of 5 events in 15 s)");

  EXPECT_FALSE(unmasked(plan, facts, claim(Steady(6s), 0, R"({"status":"degraded"})"))) << "it admits it";
  EXPECT_FALSE(unmasked(plan, facts, claim(Steady(4s), 1, "")))
      << "it was asked before the other began to fail";
  RunRecord failed = claim(Steady(6s), 1, "");
  failed.result = ProbeResult::fail(Reason::status, "503");
  EXPECT_FALSE(unmasked(plan, facts, failed));
  RunRecord silent = claim(Steady(6s), 1, "");
  silent.samples.clear();
  EXPECT_TRUE(unmasked(plan, facts, silent)) << "a pass is a claim";
  facts[1].good = Steady(7s);
  EXPECT_FALSE(unmasked(plan, facts, claim(Steady(8s), 1, ""))) << "the other is on its way up";
  facts[1] = unknown();
  EXPECT_FALSE(unmasked(plan, facts, claim(Steady(8s), 1, ""))) << "what is unknown belies nobody";
}

TEST(Unmasked, ALieIsItsOwnFault) {
  Plan plan = plan_of({{"ready", {2}}, {"agent", {2}}, {"db", {}}});
  plan.probes[0].claims = {1};
  std::vector<ProbeFacts> facts{up(), silent_agent(), refused()};
  facts[0].health = Health::degraded;
  facts[0].reason = Reason::ready_lies;
  const Assessment whole = assess(plan, facts);
  ASSERT_EQ(whole.causes.size(), 2U);
  EXPECT_EQ(whole.causes[0].probe, 2U);
  EXPECT_EQ(whole.causes[0].blocks, std::vector<ProbeId>{1});
  EXPECT_EQ(whole.causes[1].probe, 0U);
  EXPECT_EQ(whole.causes[1].reason, Reason::ready_lies);
  ASSERT_EQ(whole.findings.size(), 1U);
  EXPECT_EQ(whole.findings[0].with, 1U);
}

// --- what an incident says

TEST(Toll, OfARootIsAllThatItBlocksAndOfASymptomWhatNeedsItself) {
  const Plan plan = platform();
  std::vector<ProbeFacts> facts = all_up();
  facts[1] = refused();
  facts[4] = silent_agent();
  const Assessment whole = assess(plan, facts);
  EXPECT_FALSE(toll_of(plan, facts, whole, 0, {}));

  Incident root{.probe = "postgres", .ended = {}, .cause = "postgres", .output = {}};
  const auto of_root = toll_of(plan, facts, whole, 1, {});
  ASSERT_TRUE(of_root);
  EXPECT_TRUE(outweighs(*of_root, root));
  charge(root, *of_root);
  EXPECT_FALSE(outweighs(*of_root, root));
  EXPECT_EQ(root.whys, whole.causes[0].whys);
  EXPECT_EQ(root.blocks, Lines{"agent"});
  EXPECT_EQ(root.impacts, (Lines{"Users cannot connect", "Users get no AI responses"}));
  EXPECT_EQ(root.value_blocked, 100);

  Incident symptom{.probe = "agent", .ended = {}, .cause = "agent", .output = {}};
  charge(symptom, toll_of(plan, facts, whole, 4, {}).value());
  EXPECT_EQ(symptom.cause, "postgres");
  EXPECT_THAT(symptom.blocks, IsEmpty());
  EXPECT_EQ(symptom.impacts, Lines{"Users get no AI responses"});
  EXPECT_EQ(symptom.value_blocked, 60);
}

// --- what changed

RunRecord seen(std::string peer, double expiry = 0) {
  RunRecord run;
  run.result = ProbeResult::pass();
  run.peer = std::move(peer);
  if (expiry > 0) run.samples = {{Measure::certificate_expiry, expiry, ""}};
  return run;
}

TEST(Traits, TheFirstSightIsNoChangeAndAKnownOneNeither) {
  Traits traits;
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(traits.see(seen("10.0.0.7:1", 1e9), at(i)));
  EXPECT_TRUE(traits.see(seen("10.0.0.8:1"), at(5)));
  EXPECT_FALSE(traits.see(seen("10.0.0.7:1"), at(6)));
  EXPECT_TRUE(traits.see(seen("", 1.1e9), at(7)));
  EXPECT_THAT(traits.changes(),
              ElementsAre(Changed{at(5), "address 10.0.0.8:1, before that 10.0.0.7:1"},
                          Changed{at(7),
                                  "certificate that ends 2004-11-09T11:33:20Z, before that one that ends "
                                  "2001-09-09T01:46:40Z"}));
  EXPECT_TRUE(traits.see(seen("10.0.0.9:1"), at(8)));
  EXPECT_EQ(traits.changes().size(), 2U) << "the newest of each kind";
}

TEST(Traits, APoolOfAddressesSaysNothing) {
  Traits traits;
  for (int i = 0; i < 100; ++i) traits.see(seen("10.0.0." + std::to_string(i)), at(i));
  EXPECT_EQ(traits.changes().at(0).at, at(Traits::remembered - 1));
}

TEST(Traits, ADriftOfTheContractIsToldOnceUntilItIsOver) {
  Traits traits;
  RunRecord drift = seen("");
  drift.result = ProbeResult::warn(Reason::contract_drift, "flat instead of data");
  EXPECT_TRUE(traits.see(drift, at(1)));
  EXPECT_FALSE(traits.see(drift, at(2)));
  EXPECT_FALSE(traits.see(seen(""), at(3)));
  EXPECT_TRUE(traits.see(drift, at(4)));
  EXPECT_THAT(traits.changes(), ElementsAre(Changed{at(4), "shape of its events: flat instead of data"}));
}

}  // namespace
}  // namespace answerback
