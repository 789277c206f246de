// A restart is no news: no flap, no second incident, and nothing green that has not been seen again.
#include <gtest/gtest.h>

#include "engine/pipeline.h"
#include "unit/engine/support.h"

namespace answerback::engine {
namespace {

struct RestoreTest : testing::Test {
  Memory memory;
  Steady now{1h};
  Wall wall = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
  Pipeline pipeline{[this](const Event& event) { memory.on(event); }, wall};
  Restored before{.seen = wall - 3s, .probes = {}, .open = {}, .last_incident = 7};

  void was(Health health, int failures = 0, int successes = 0) {
    before.probes["a"] = {health, failures, successes, wall - 1h, wall - 2h};
  }
  void was_down() {
    was(Health::down, 3);
    before.open.push_back({.id = 5,
                           .probe = "a",
                           .reason = Reason::stalled,
                           .since = wall - 1h,
                           .ended = {},
                           .cause = "a",
                           .output = "a is down",
                           .phase = Phase::chain,
                           .detail = "no word for 10 s"});
  }
  void start(std::vector<ProbeInfo> probes = {probe_info("a")}) {
    pipeline.restore(before);
    pipeline.replace(plan_of(std::move(probes)), now, wall);
  }
  void finish(ProbeResult result) {
    RunRecord record;
    record.started = now;
    record.ended = now;
    record.result = std::move(result);
    record.phase = Phase::connect;
    pipeline.finished(std::move(record), wall);
  }
  ProbeFacts facts() { return pipeline.snapshot(wall)->probes.at(0)->facts; }
  template <class T>
  std::size_t told() {
    pipeline.snapshot(wall);
    return memory.all<T>().size();
  }
};

TEST_F(RestoreTest, WhatWasDownStaysDownWithItsIncidentUntilRise) {
  was_down();
  start();
  EXPECT_EQ(facts().health, Health::down);
  EXPECT_EQ(facts().since, wall - 1h);
  EXPECT_EQ(facts().reason, Reason::stalled);
  EXPECT_EQ(facts().phase, Phase::chain);
  EXPECT_EQ(pipeline.snapshot(wall)->probes[0]->last_pass, wall - 2h);
  finish(refused());
  EXPECT_EQ(told<Transition>() + told<IncidentOpened>(), 0U) << "no flap, no second incident";
  finish(ProbeResult::pass());
  EXPECT_EQ(told<IncidentClosed>(), 0U);
  finish(ProbeResult::pass());
  ASSERT_EQ(told<IncidentClosed>(), 1U);
  EXPECT_EQ(memory.all<IncidentClosed>()[0].incident.id, 5U);
  EXPECT_EQ(told<Transition>(), 1U);
}

TEST_F(RestoreTest, WhatWasUpIsUnknownUntilItsFirstVerdictWhichDoesNotDecideAlone) {
  was(Health::up, 0, 2);
  start();
  EXPECT_EQ(facts().health, Health::unknown) << "unknown is never green";
  finish(ProbeResult::unknown(Reason::internal, ""));
  EXPECT_EQ(facts().health, Health::unknown);
  finish(refused());
  EXPECT_EQ(facts().health, Health::up) << "one failure below fall";
  EXPECT_EQ(facts().since, wall - 1h);
  finish(refused());
  EXPECT_EQ(told<IncidentOpened>(), 0U);
  finish(refused());
  ASSERT_EQ(told<IncidentOpened>(), 1U);
  EXPECT_EQ(memory.all<IncidentOpened>()[0].incident.id, 8U) << "numbers go on";
  EXPECT_EQ(facts().since, wall);
}

TEST_F(RestoreTest, FailuresInARowGoOnWhereTheyWere) {
  was(Health::up, 2);
  start();
  finish(refused());
  EXPECT_EQ(facts().health, Health::down);
  EXPECT_EQ(told<IncidentOpened>(), 1U);
}

TEST_F(RestoreTest, WhatWasDegradedGoesOnInItsIncident) {
  was_down();
  was(Health::degraded);
  start();
  EXPECT_EQ(facts().health, Health::unknown);
  finish(ProbeResult::warn(Reason::slow, "slow"));
  EXPECT_EQ(facts().health, Health::degraded);
  EXPECT_EQ(told<IncidentOpened>(), 0U);
  finish(ProbeResult::pass());
  EXPECT_EQ(told<IncidentClosed>(), 1U);
}

TEST_F(RestoreTest, WhatIsTooOldIsForgottenButItsIncidentIsTheSame) {
  for (const Duration age : {Duration(36s), Duration(-1s)}) {
    SCOPED_TRACE(seconds(age));
    Memory told_;
    Pipeline fresh([&](const Event& event) { told_.on(event); }, wall);
    was_down();
    before.seen = wall - std::chrono::duration_cast<Wall::duration>(age);
    fresh.restore(before);
    fresh.replace(plan_of({probe_info("a")}), now, wall);
    EXPECT_EQ(fresh.snapshot(wall)->probes[0]->facts.health, Health::unknown);
    RunRecord record;
    record.started = record.ended = now;
    record.result = refused();
    fresh.finished(std::move(record), wall);
    EXPECT_EQ(fresh.snapshot(wall)->probes[0]->facts.health, Health::down);
    EXPECT_TRUE(told_.all<IncidentOpened>().empty());
    ASSERT_EQ(fresh.snapshot(wall)->incidents->size(), 1U);
    EXPECT_EQ(fresh.snapshot(wall)->incidents->at(0).id, 5U);
  }
}

TEST_F(RestoreTest, WhereItWasLeftIsForgottenAfterSilence) {
  was(Health::up);
  start();
  now += 36s;
  wall += 36s;
  for (int i = 0; i < 60; ++i) pipeline.beat(now += 100ms, wall += 100ms);  // over the stall
  now += 900ms;
  for (int i = 0; i < 400; ++i) pipeline.beat(now += 100ms, wall += 100ms);
  finish(refused());
  EXPECT_EQ(facts().health, Health::down) << "the first verdict decides";
}

TEST_F(RestoreTest, AnIncidentOfAProbeThatIsGoneIsClosed) {
  was_down();
  start({probe_info("b")});
  ASSERT_EQ(told<IncidentClosed>(), 1U);
  EXPECT_EQ(memory.all<IncidentClosed>()[0].incident.ended, wall);
  EXPECT_EQ(facts().health, Health::unknown);
}

}  // namespace
}  // namespace answerback::engine
