#include "model/assess.h"

#include <gtest/gtest.h>

#include "unit/model/plans.h"

namespace answerback {
namespace {

using namespace test;
using Ids = std::vector<ProbeId>;
constexpr auto working = CapabilityState::working, blocked = CapabilityState::blocked;

enum : ProbeId { auth, postgres, websocket, agent, cache };

Plan platform() {
  Plan plan = plan_of({{"auth", {}},
                       {"postgres", {}},
                       {"websocket", {auth}},
                       {"agent", {websocket, postgres}},
                       {"cache", {}}});
  plan.probes[cache].critical = false;
  plan.capabilities = {{"answers", 60, {agent}, "Users get no AI responses"},
                       {"live connection", 40, {auth, websocket}, "Users cannot connect"}};
  plan.groups = {{"readiness", {postgres, websocket}}, {"empty", {}}};
  return plan;
}

std::vector<ProbeFacts> all_up() { return std::vector(5, up()); }

std::vector<ProbeFacts> with(std::initializer_list<std::pair<ProbeId, Health>> changes) {
  std::vector<ProbeFacts> facts = all_up();
  for (const auto& [id, health] : changes) {
    facts[id] = health == Health::unknown ? unknown() : refused(at(), health);
  }
  return facts;
}

TEST(Assess, PassesWhenAllIsUp) {
  const Assessment now = assess(platform(), all_up());
  EXPECT_EQ(now.status, Status::pass);
  EXPECT_EQ(now.output, "");
  EXPECT_TRUE(now.causes.empty());
  EXPECT_TRUE(now.readiness.ready);
  EXPECT_EQ(now.value.working, 100);
  EXPECT_EQ(now.value.blocked, 0);
  EXPECT_EQ(now.value.unknown, 0);
}

TEST(Assess, StatusFollowsWhatIsCritical) {
  using enum Health;
  EXPECT_EQ(assess(platform(), with({{postgres, down}})).status, Status::fail);
  EXPECT_EQ(assess(platform(), with({{postgres, unknown}})).status, Status::fail);
  EXPECT_EQ(assess(platform(), with({{postgres, degraded}})).status, Status::warn);
  EXPECT_EQ(assess(platform(), with({{cache, down}})).status, Status::warn);
  EXPECT_EQ(assess(platform(), with({{cache, unknown}})).status, Status::warn);
  EXPECT_EQ(assess(platform(), with({{cache, degraded}})).status, Status::warn);
  EXPECT_EQ(assess(platform(), with({{cache, down}, {auth, down}})).status, Status::fail);
}

TEST(Assess, WithNoProbesNothingIsKnown) {
  const Assessment now = assess(Plan{}, {});
  EXPECT_EQ(now.status, Status::fail);
  EXPECT_FALSE(now.readiness.ready);
  EXPECT_EQ(now.value.unknown, 100);
  EXPECT_EQ(now.value.working, 0);
}

TEST(Assess, BeforeTheFirstResultsNothingIsGreen) {
  const std::vector<ProbeFacts> facts(5, unknown());
  const Assessment now = assess(platform(), facts);
  EXPECT_EQ(now.status, Status::fail);
  EXPECT_FALSE(now.readiness.ready);
  EXPECT_EQ(now.readiness.waiting_for, (Ids{postgres, websocket}));
  EXPECT_EQ(now.capabilities, (std::vector{CapabilityState::unknown, CapabilityState::unknown}));
  EXPECT_EQ(now.value.unknown, 100);
  EXPECT_TRUE(now.causes.empty());
}

TEST(Assess, WhileNotLookingNothingIsGreenAndTheRestIsHeld) {
  const Assessment held = assess(platform(), with({{cache, Health::down}}), "stalled for 3.2 s");
  EXPECT_EQ(held.status, Status::fail);
  EXPECT_FALSE(held.readiness.ready);
  EXPECT_FALSE(held.groups[0].ready);
  EXPECT_EQ(held.value.working, 100);
  ASSERT_EQ(held.causes.size(), 1u);
  EXPECT_EQ(held.causes[0].probe, cache);
}

TEST(Assess, ACapabilityIsBlockedByWhatIsDownOnly) {
  using enum Health;
  const auto states = [](std::initializer_list<std::pair<ProbeId, Health>> changes) {
    return assess(platform(), with(changes)).capabilities;
  };
  EXPECT_EQ(states({{agent, degraded}}), (std::vector{working, working}));
  EXPECT_EQ(states({{postgres, down}}), (std::vector{working, working}))
      << "it needs the agent, which still answers";
  EXPECT_EQ(states({{agent, down}}), (std::vector{blocked, working}));
  EXPECT_EQ(states({{auth, unknown}, {websocket, down}}), (std::vector{working, blocked}))
      << "down says more than unknown";
  EXPECT_EQ(states({{auth, unknown}}), (std::vector{working, CapabilityState::unknown}));
}

TEST(Assess, ACapabilityNothingLooksAtIsUnknown) {
  Plan plan = platform();
  plan.capabilities = {{"promises", 1, {}, ""}};
  EXPECT_EQ(assess(plan, all_up()).value.unknown, 100);
}

TEST(Assess, ValueIsInPercentOfItsSum) {
  Plan plan = platform();
  const std::vector<ProbeFacts> facts = with({{postgres, Health::down}, {agent, Health::down}});
  EXPECT_EQ(assess(plan, facts).value.blocked, 60);
  EXPECT_EQ(assess(plan, facts).value.working, 40);
  plan.capabilities.resize(1);
  EXPECT_EQ(assess(plan, facts).value.blocked, 100) << "a lone 60 is all there is";
  EXPECT_EQ(assess(plan, facts).value.working, 0);
  plan.capabilities[0].value = 0;
  EXPECT_EQ(assess(plan, facts).value.unknown, 100);
}

TEST(Assess, ACauseBlocksProbesAndCapabilities) {
  const Assessment now =
      assess(platform(), with({{auth, Health::down}, {websocket, Health::down}, {agent, Health::down}}));
  ASSERT_EQ(now.causes.size(), 1u);
  const Cause& cause = now.causes[0];
  EXPECT_EQ(cause.probe, auth);
  EXPECT_EQ(cause.reason, Reason::connect_refused);
  EXPECT_EQ(cause.phase, Phase::connect);
  EXPECT_EQ(cause.since, at());
  EXPECT_EQ(cause.blocks, (Ids{websocket, agent}));
  EXPECT_EQ(cause.capabilities, (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(now.caused_by[agent], Ids{auth});
  EXPECT_EQ(now.value.blocked, 100);
}

TEST(Assess, WhatIsRefusedForNowExplainsAnOutageAndAWarningDoesNot) {
  std::vector<ProbeFacts> facts = with({{agent, Health::down}, {postgres, Health::degraded}});
  facts[postgres].reason = Reason::rate_limited;
  const Assessment now = assess(platform(), facts);
  ASSERT_EQ(now.causes.size(), 1U);
  EXPECT_EQ(now.causes[0].probe, postgres);
  EXPECT_EQ(now.causes[0].blocks, Ids{agent});
  EXPECT_TRUE(now.output.contains("postgres: degraded rate_limited")) << now.output;
  EXPECT_TRUE(now.output.contains("; blocks agent; value blocked 60 %: Users get no AI")) << now.output;
  EXPECT_EQ(now.status, Status::fail);
  EXPECT_EQ(now.readiness.ready, true) << "the readiness group needs postgres, which answers";

  facts[postgres].good = Steady(std::chrono::hours(1));  // its newest run warned
  EXPECT_EQ(assess(platform(), facts).causes.size(), 2U);
}

TEST(Assess, CausesComeWorstFirst) {
  std::vector<ProbeFacts> facts = all_up();
  Plan plan = platform();
  const auto order = [&] {
    Ids order;
    for (const Cause& cause : assess(plan, facts).causes) order.push_back(cause.probe);
    return order;
  };
  facts[auth] = refused(at(30));
  facts[cache] = refused(at(10));
  facts[postgres] = refused(at(20));
  EXPECT_EQ(order(), (Ids{auth, postgres, cache})) << "value first, then what makes the whole fail";
  plan.probes[cache].critical = true;
  EXPECT_EQ(order(), (Ids{auth, cache, postgres})) << "then the oldest";
  plan = platform();
  facts[agent] = refused(at(40));
  EXPECT_EQ(order(), (Ids{auth, postgres, cache})) << "both block the agent, auth the connection too";
  facts[cache] = refused(at(-99), Health::degraded);
  facts[agent] = facts[auth] = up();
  EXPECT_EQ(order(), (Ids{postgres, cache})) << "down before degraded";
}

TEST(Assess, AGroupIsReadyWhenEveryMemberAnswers) {
  EXPECT_TRUE(assess(platform(), with({{postgres, Health::degraded}})).groups[0].ready);
  EXPECT_EQ(assess(platform(), with({{postgres, Health::down}})).groups[0].waiting_for, Ids{postgres});
  EXPECT_FALSE(assess(platform(), with({{postgres, Health::down}})).readiness.ready);
  EXPECT_TRUE(assess(platform(), with({{agent, Health::down}})).readiness.ready) << "not among its needs";
  EXPECT_FALSE(assess(platform(), all_up()).groups[1].ready) << "an empty group proves nothing";
}

TEST(Assess, WithoutAReadinessGroupAllCriticalProbesMakeIt) {
  Plan plan = platform();
  plan.groups.clear();
  EXPECT_TRUE(assess(plan, with({{cache, Health::down}})).readiness.ready);
  EXPECT_EQ(assess(plan, with({{agent, Health::unknown}})).readiness.waiting_for, Ids{agent});
  for (ProbeInfo& probe : plan.probes) probe.critical = false;
  EXPECT_FALSE(assess(plan, all_up()).readiness.ready);
}

TEST(StatusOfGroup, IsThatOfItsWorstMember) {
  using enum Health;
  const Plan plan = platform();
  const std::vector<Health> health{up, degraded, down, unknown, up};
  const auto status = [&](Ids needs) { return status_of_group(plan, {"g", std::move(needs)}, health); };
  EXPECT_EQ(status({auth}), Status::pass);
  EXPECT_EQ(status({auth, postgres}), Status::warn);
  EXPECT_EQ(status({postgres, websocket}), Status::fail);
  EXPECT_EQ(status({agent}), Status::fail);
  EXPECT_EQ(status({}), Status::fail);
}

TEST(Assess, HoldsItsPromisesOnRandomPlans) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 3000; ++round) {
    Plan plan = random_plan(random, 1 + random() % 10, 0.25);
    const auto size = plan.probes.size();
    for (std::size_t i = 0; i < random() % 6; ++i) {
      plan.capabilities.push_back(
          {"c" + std::to_string(i), static_cast<double>(random() % 1000) / 7, {}, "lost"});
      for (ProbeId id = 0; id < size; ++id) {
        if (random() % 3 == 0) plan.capabilities.back().needs.push_back(id);
      }
    }
    std::vector<ProbeFacts> facts;
    for (const Health health : random_health(random, size)) {
      facts.push_back(health == Health::up        ? up()
                      : health == Health::unknown ? unknown()
                                                  : refused(at(), health));
    }
    const Assessment now = assess(plan, facts);
    ASSERT_NEAR(now.value.working + now.value.blocked + now.value.unknown, 100, 1e-9);
    ASSERT_EQ(now.output.empty(), now.status == Status::pass) << now.output;
    std::vector<bool> told(size);
    for (const Cause& cause : now.causes) {
      told[cause.probe] = true;
      for (const ProbeId id : cause.blocks) told[id] = true;
    }
    std::vector<bool> accounted(plan.capabilities.size());
    for (const Cause& cause : now.causes) {
      for (const std::size_t i : cause.capabilities) accounted[i] = true;
    }
    for (ProbeId id = 0; id < size; ++id) {
      const bool trouble = facts[id].health == Health::down || facts[id].health == Health::degraded;
      ASSERT_EQ(told[id], trouble) << "trouble is told once and for all, health is not";
      ASSERT_EQ(now.caused_by[id].empty(), !trouble);
    }
    for (std::size_t i = 0; i < accounted.size(); ++i) {
      ASSERT_EQ(accounted[i], now.capabilities[i] == blocked) << "what is blocked has a cause";
    }
  }
}

}  // namespace
}  // namespace answerback
