#include "engine/pipeline.h"

#include <gtest/gtest.h>

#include <variant>

#include "unit/engine/support.h"

namespace answerback::engine {
namespace {

struct PipelineTest : testing::Test {
  Memory memory;
  Steady now{1h};
  Wall wall = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
  Pipeline pipeline{[this](const Event& event) { memory.on(event); }, wall};

  void replace(std::vector<ProbeInfo> probes) { pipeline.replace(plan_of(std::move(probes)), now, wall); }
  void pass_time(Duration d) {  // with beats, as the engine gives them
    for (const Steady until = now + d; now < until;) {
      const auto by = std::min<Duration>(100ms, until - now);
      now += by;
      wall += std::chrono::duration_cast<Wall::duration>(by);
      pipeline.beat(now, wall);
    }
  }
  void finish(ProbeResult result, ProbeId id = 0, Duration took = 10ms) {
    RunRecord record;
    record.probe = id;
    record.started = now - took;
    record.ended = now;
    record.result = std::move(result);
    record.phase = Phase::connect;
    pipeline.finished(std::move(record), wall);
  }
  void fails(int times, ProbeId id = 0) {
    while (times-- > 0) finish(refused(), id);
  }
  std::shared_ptr<const Snapshot> look() { return pipeline.snapshot(wall); }
  // A second in which the first of two probes says this and the second that, and what then holds.
  std::shared_ptr<const Assessment> round(ProbeResult first, ProbeResult second) {
    pass_time(1s);
    finish(std::move(first), 0);
    finish(std::move(second), 1);
    return look()->assessment;
  }
  Health health(ProbeId id = 0) { return look()->probes.at(id)->state.health; }
  template <class T>
  std::vector<T> told() {  // judged and told until now
    look();
    return memory.all<T>();
  }
  std::size_t transitions() { return told<Transition>().size(); }
};

TEST_F(PipelineTest, NothingKnownIsNotGreen) {
  replace({probe_info("a")});
  const auto seen = look();
  EXPECT_EQ(seen->assessment->status, Status::fail);
  EXPECT_FALSE(seen->assessment->readiness.ready);
  EXPECT_EQ(seen->probes.at(0)->state.health, Health::unknown);
  EXPECT_FALSE(seen->probes.at(0)->last);
}

TEST_F(PipelineTest, TheFirstVerdictDecidesAndIsTold) {
  replace({probe_info("a")});
  finish(ProbeResult::pass());
  EXPECT_EQ(health(), Health::up);
  ASSERT_EQ(transitions(), 1U);
  const Transition t = told<Transition>()[0];
  EXPECT_EQ(t.probe, "a");
  EXPECT_EQ(t.change, (Change{Health::unknown, Health::up}));
  EXPECT_EQ(t.at, wall);
  ASSERT_TRUE(t.run);
  EXPECT_TRUE(told<IncidentOpened>().empty());
  const auto output = told<OutputChanged>();
  ASSERT_EQ(output.size(), 1U);
  EXPECT_EQ(output[0].from, Status::fail);
  EXPECT_EQ(output[0].to, Status::pass);
}

TEST_F(PipelineTest, FirstVerdictDownOpensAnIncident) {
  replace({probe_info("a")});
  fails(1);
  EXPECT_EQ(health(), Health::down);
  const auto opened = told<IncidentOpened>();
  ASSERT_EQ(opened.size(), 1U);
  EXPECT_EQ(opened[0].incident.reason, Reason::connect_refused);
  EXPECT_EQ(opened[0].incident.cause, "a");
  EXPECT_FALSE(opened[0].incident.output.empty());
}

TEST_F(PipelineTest, TheOrderOfEventsIsThatOfWhatFollowsFromWhat) {
  replace({probe_info("a")});
  finish(ProbeResult::pass());
  look();
  memory.events.clear();
  fails(3);
  look();
  std::vector<std::string> order;
  for (const Event& event : memory.events) {
    if (std::holds_alternative<RunFinished>(event)) order.emplace_back("run");
    if (std::holds_alternative<Transition>(event)) order.emplace_back("transition");
    if (std::holds_alternative<IncidentOpened>(event)) order.emplace_back("incident");
    if (std::holds_alternative<OutputChanged>(event)) order.emplace_back("output");
  }
  EXPECT_EQ(order, (std::vector<std::string>{"run", "run", "run", "transition", "incident", "output"}));
}

TEST_F(PipelineTest, AnIncidentLastsFromUpToUp) {
  replace({probe_info("a")});
  finish(ProbeResult::pass());
  finish(ProbeResult::warn(Reason::slow, "slow"));
  EXPECT_EQ(look()->assessment->status, Status::warn);
  const Wall since = wall;
  fails(3);
  EXPECT_EQ(health(), Health::down);
  ASSERT_EQ(told<IncidentOpened>().size(), 1U);
  EXPECT_EQ(told<IncidentOpened>()[0].incident.reason, Reason::slow);
  EXPECT_EQ(look()->incidents->at(0).reason, Reason::connect_refused) << "it became worse";
  pass_time(5s);
  finish(ProbeResult::pass());
  EXPECT_TRUE(told<IncidentClosed>().empty()) << "rise is 2";
  finish(ProbeResult::pass());
  const auto closed = told<IncidentClosed>();
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_EQ(closed[0].incident.since, since);
  EXPECT_EQ(closed[0].incident.ended, wall);
  EXPECT_EQ(look()->incidents->size(), 1U);
}

TEST_F(PipelineTest, ABreachPagesAtOnce) {
  replace({probe_info("a")});
  for (const Reason reason : {Reason::isolation_breach, Reason::auth_bypass}) {
    for (int i = 0; i < 2; ++i) finish(ProbeResult::pass());
    EXPECT_EQ(health(), Health::up);
    finish(ProbeResult::fail(reason, "seen"));
    EXPECT_EQ(health(), Health::down) << name(reason);
  }
  for (int i = 0; i < 2; ++i) finish(ProbeResult::pass());
  fails(1);
  EXPECT_EQ(health(), Health::up) << "any other failure may pass";
}

TEST_F(PipelineTest, FactsTellTheNewestReasonWhileNotUpAndNoneWhileUp) {
  replace({probe_info("a")});
  finish(ProbeResult::pass());
  fails(1);
  EXPECT_EQ(look()->probes[0]->facts.reason, Reason::none) << "below fall it is up";
  fails(2);
  EXPECT_EQ(look()->probes[0]->facts.reason, Reason::connect_refused);
  finish(ProbeResult::fail(Reason::connect_timeout, "later another"));
  const auto facts = look()->probes[0]->facts;
  EXPECT_EQ(facts.reason, Reason::connect_timeout);
  EXPECT_EQ(facts.phase, Phase::connect);
  EXPECT_EQ(facts.detail, "later another");
  EXPECT_EQ(look()->assessment->causes.at(0).reason, Reason::connect_timeout);
  finish(ProbeResult::pass());
  EXPECT_EQ(look()->probes[0]->facts.reason, Reason::connect_timeout) << "not yet up";
  finish(ProbeResult::pass());
  EXPECT_EQ(look()->probes[0]->facts.reason, Reason::none);
  EXPECT_EQ(look()->probes[0]->facts.detail, "");
  EXPECT_EQ(transitions(), 3U);
}

TEST_F(PipelineTest, AnUnknownVerdictMovesNothingButExplainsWhatIsUnknown) {
  replace({probe_info("a")});
  finish(ProbeResult::unknown(Reason::internal, "a fault of our own"));
  EXPECT_EQ(health(), Health::unknown);
  EXPECT_EQ(look()->probes[0]->facts.reason, Reason::internal);
  finish(ProbeResult::pass());
  for (int i = 0; i < 10; ++i) finish(ProbeResult::unknown(Reason::internal, ""));
  EXPECT_EQ(health(), Health::up);
  EXPECT_EQ(look()->probes[0]->facts.reason, Reason::none);
  EXPECT_EQ(look()->probes[0]->last_not_ok->result.reason, Reason::internal);
}

TEST_F(PipelineTest, SilenceBecomesUnknown) {
  replace({probe_info("a", 10s, 5s)});
  finish(ProbeResult::pass());
  pass_time(35s);
  EXPECT_EQ(health(), Health::up);
  pass_time(200ms);
  EXPECT_EQ(health(), Health::unknown);
  const auto t = told<Transition>().back();
  EXPECT_FALSE(t.run);
  EXPECT_TRUE(told<IncidentOpened>().empty());
  EXPECT_EQ(look()->assessment->status, Status::fail);
  EXPECT_EQ(look()->probes[0]->facts.detail, "no verdict for 35.1 s");
  fails(1);
  EXPECT_EQ(health(), Health::down) << "the next verdict decides at once";
}

TEST_F(PipelineTest, ARunThatOnlySaysUnknownDoesNotBreakTheSilence) {
  replace({probe_info("a", 10s, 5s)});
  finish(ProbeResult::pass());
  for (int i = 0; i < 4; ++i) {
    pass_time(10s);
    finish(ProbeResult::unknown(Reason::internal, ""));
  }
  EXPECT_EQ(health(), Health::unknown);
}

TEST_F(PipelineTest, WhoIsToldToStayAwayKnowsAllTheWhile) {
  replace({probe_info("llm", 5s, 5s)});
  finish(ProbeResult::pass());
  finish(ProbeResult::fail(Reason::rate_limited, "status 429"));
  for (int i = 0; i < 20; ++i) {
    pass_time(5s);
    finish(ProbeResult::unknown(Reason::rate_limited, "asked to stay away"));
    ASSERT_EQ(health(), Health::degraded) << i;
  }
  for (int i = 0; i < 20; ++i) {
    pass_time(5s);
    finish(ProbeResult::unknown(Reason::internal, "ours"));
  }
  EXPECT_EQ(health(), Health::unknown);
}

TEST_F(PipelineTest, AStallMovesNoHealthAndSaysThatWeDidNotLook) {
  replace({probe_info("a", 5s, 5s)});
  finish(ProbeResult::pass());
  pass_time(1s);
  const Steady before = now;
  now += 60s;  // far longer than stale
  wall += 60s;
  finish(ProbeResult::fail(Reason::read_timeout, "timed out"), 0,
         now - before);  // even before the first beat
  pass_time(100ms);
  EXPECT_EQ(transitions(), 1U);
  EXPECT_EQ(health(), Health::up);
  auto seen = look();
  EXPECT_FALSE(seen->ourselves.looking);
  EXPECT_EQ(seen->ourselves.stalls, 1U);
  EXPECT_EQ(seen->ourselves.not_looking_why, "we were not running for 60.0 s");
  EXPECT_EQ(seen->assessment->status, Status::fail);
  EXPECT_FALSE(seen->assessment->readiness.ready);
  EXPECT_EQ(seen->probes[0]->last->result.verdict, Verdict::unknown);
  EXPECT_EQ(seen->probes[0]->last->result.reason, Reason::not_looking);

  fails(10);  // begun before we were ourselves again
  EXPECT_EQ(health(), Health::up);
  pass_time(2s);
  seen = look();
  EXPECT_TRUE(seen->ourselves.looking);
  EXPECT_EQ(seen->assessment->status, Status::pass);
  const auto looking = told<LookingChanged>();
  ASSERT_EQ(looking.size(), 2U);
  EXPECT_FALSE(looking[0].looking);
  EXPECT_TRUE(looking[1].looking);
  pass_time(10s);
  EXPECT_EQ(transitions(), 1U) << "silence is counted from the recovery";
  pass_time(10s);
  EXPECT_EQ(health(), Health::unknown) << "but it is counted";
}

TEST_F(PipelineTest, AStepOfTheWallClockIsNothing) {
  replace({probe_info("a", 5s, 5s)});
  for (const auto step : {24h * 3650, -24h * 7300, 24h * 3650}) {
    wall += step;
    for (int i = 0; i < 10; ++i) {
      pass_time(1s);
      finish(ProbeResult::pass());
    }
  }
  EXPECT_EQ(transitions(), 1U);
  EXPECT_TRUE(told<LookingChanged>().empty());
  EXPECT_TRUE(look()->ourselves.looking);
}

TEST_F(PipelineTest, CausesExplainWhatDependsOnThem) {
  auto agent = probe_info("agent");
  agent.depends_on = {0};
  replace({probe_info("db"), agent});
  finish(ProbeResult::pass(), 0);
  finish(ProbeResult::pass(), 1);
  look();
  fails(3, 0);
  look();
  fails(3, 1);
  const auto moved = told<Transition>();
  EXPECT_EQ(moved.back().probe, "agent");
  EXPECT_EQ(moved.back().causes, std::vector<std::string>{"db"});
  EXPECT_EQ(told<IncidentOpened>().back().incident.cause, "db");
  EXPECT_EQ(told<OutputChanged>().size(), 2U) << "the same cause is no news";
}

TEST_F(PipelineTest, WhatARootHasBrokenStaysItsDoingWhenItComesBackFirst) {
  auto agent = probe_info("agent");
  agent.depends_on = {0};
  replace({probe_info("db"), agent});
  fails(1, 0);
  fails(1, 1);
  look();
  for (const ProbeId id : {0U, 1U}) {
    pass_time(1s);
    for (int i = 0; i < 3; ++i) finish(ProbeResult::pass(), id);
    look();
  }
  const auto closed = told<IncidentClosed>();
  ASSERT_EQ(closed.size(), 2U);
  EXPECT_EQ(closed[0].incident.probe, "db");
  EXPECT_EQ(closed[1].incident.probe, "agent");
  EXPECT_EQ(closed[1].incident.cause, "db");
  EXPECT_EQ(closed[1].incident.whys.back().find("because db is down"), 0U);
}

TEST_F(PipelineTest, WhatACauseLeavesBehindIsNotBlamedBeforeItFailsAgain) {
  auto agent = probe_info("agent");
  agent.depends_on = {0};
  auto db = probe_info("db");
  db.thresholds.rise = agent.thresholds.rise = 2;
  replace({db, agent});
  const auto output = [&] { return look()->assessment->output; };
  const std::string clause = "; db is up again, no failure seen since";
  for (int i = 0; i < 3; ++i) round(refused(), refused());
  pass_time(1s);
  for (int i = 0; i < 2; ++i) finish(ProbeResult::pass(), 0);
  EXPECT_TRUE(output().contains("agent: down") && output().contains(clause)) << output();
  EXPECT_EQ(look()->assessment->causes.at(0).whys.back(), "db was down when it last failed");
  round(ProbeResult::pass(), ProbeResult::pass());
  EXPECT_TRUE(output().contains(clause)) << output();
  round(ProbeResult::pass(), ProbeResult::pass());
  EXPECT_EQ(output(), "");
  EXPECT_EQ(told<IncidentClosed>().back().incident.cause, "db") << "it did not outlast it";

  for (int i = 0; i < 3; ++i) round(refused(), refused());
  pass_time(1s);
  for (int i = 0; i < 2; ++i) finish(ProbeResult::pass(), 0);
  for (int i = 0; i < 2; ++i) {
    round(ProbeResult::pass(), refused());
    EXPECT_TRUE(output().contains("; db is up again only lately")) << output();
    EXPECT_EQ(look()->assessment->causes.at(0).whys.back(), "db was down until lately");
    EXPECT_EQ(look()->incidents->front().cause, "db") << "it may need a moment to get over it";
  }
  round(ProbeResult::pass(), refused());
  EXPECT_FALSE(output().contains("up again")) << output();
  EXPECT_EQ(look()->incidents->front().cause, "agent") << "as often would have taken it down by itself";
}

TEST_F(PipelineTest, WhatGoesWrongAfterAllIsWellAgainIsItsOwn) {
  auto agent = probe_info("agent");
  agent.depends_on = {0};
  replace({probe_info("db"), agent});
  for (int i = 0; i < 3; ++i) round(refused(), ProbeResult::pass());
  for (int i = 0; i < 3; ++i) round(ProbeResult::pass(), ProbeResult::pass());
  const auto warned = round(ProbeResult::pass(), ProbeResult::warn(Reason::slow, "3 s"));
  ASSERT_EQ(warned->causes.size(), 1U);
  EXPECT_TRUE(warned->causes[0].healed.empty()) << warned->output;
  round(ProbeResult::pass(), ProbeResult::pass());
  std::shared_ptr<const Assessment> failed;
  for (int i = 0; i < 3; ++i) failed = round(ProbeResult::pass(), refused());
  ASSERT_EQ(failed->causes.size(), 1U);
  EXPECT_TRUE(failed->causes[0].healed.empty()) << failed->output;
}

TEST_F(PipelineTest, FailuresOfARootsTimeCountForTheRoot) {
  auto agent = probe_info("agent");
  agent.depends_on = {0};
  replace({probe_info("db"), agent});
  round(ProbeResult::pass(), ProbeResult::pass());
  round(refused(), ProbeResult::pass());
  for (int i = 0; i < 2; ++i) round(refused(), refused());
  for (int i = 0; i < 2; ++i) round(ProbeResult::pass(), refused());
  EXPECT_EQ(look()->assessment->causes.at(0).healed, std::vector<ProbeId>{0}) << look()->assessment->output;
  round(ProbeResult::pass(), refused());
  EXPECT_TRUE(look()->assessment->causes.at(0).healed.empty()) << "three failures of its own";
}

TEST_F(PipelineTest, WhatMovesTogetherIsJudgedTogether) {
  auto agent = probe_info("agent");
  agent.depends_on = {1};
  replace({agent, probe_info("db")});
  fails(1, 0);  // before the cause is known
  fails(1, 1);
  const auto opened = told<IncidentOpened>();
  ASSERT_EQ(opened.size(), 2U);
  EXPECT_EQ(opened[0].incident.probe, "agent");
  EXPECT_EQ(opened[0].incident.cause, "db");
  EXPECT_EQ(told<OutputChanged>().size(), 1U);
}

TEST_F(PipelineTest, AReloadKeepsWhatIsKnownByName) {
  replace({probe_info("a"), probe_info("gone")});
  finish(ProbeResult::pass(), 0);
  fails(1, 1);
  pipeline.skipped(0, 5);
  replace({probe_info("new"), probe_info("a")});
  const auto seen = look();
  EXPECT_EQ(seen->probes.at(0)->state.health, Health::unknown);
  EXPECT_EQ(seen->probes.at(1)->state.health, Health::up);
  EXPECT_EQ(seen->probes.at(1)->tally.skipped_slots, 5U);
  EXPECT_EQ(seen->probes.at(1)->tally.duration.count(), 1U);
  ASSERT_EQ(told<IncidentClosed>().size(), 1U);
  EXPECT_EQ(told<IncidentClosed>()[0].incident.probe, "gone");
  ASSERT_EQ(told<Reloaded>().size(), 1U) << "the first plan is no reload";
  EXPECT_EQ(told<Reloaded>()[0].probes, 2U);
  EXPECT_EQ(transitions(), 2U);
}

TEST_F(PipelineTest, AReloadThatFailedIsTold) {
  replace({probe_info("a")});
  pipeline.reload_failed("config.yaml:3:1: no", wall);
  EXPECT_FALSE(look()->ourselves.reload.successful);
  EXPECT_EQ(look()->ourselves.reload.error, "config.yaml:3:1: no");
  replace({probe_info("a")});
  EXPECT_TRUE(look()->ourselves.reload.successful);
}

TEST_F(PipelineTest, ViewsOfProbesThatDidNotChangeAreShared) {
  replace({probe_info("a"), probe_info("b")});
  const auto first = look();
  EXPECT_FALSE(pipeline.changed());
  finish(ProbeResult::pass(), 0);
  EXPECT_TRUE(pipeline.urgent());
  const auto second = look();
  finish(ProbeResult::pass(), 0);
  EXPECT_TRUE(pipeline.changed());
  EXPECT_FALSE(pipeline.urgent());
  EXPECT_NE(first->probes[0], second->probes[0]);
  EXPECT_EQ(first->probes[1], second->probes[1]);
  EXPECT_EQ(first->probes[0]->state.health, Health::unknown) << "a snapshot never changes";
  EXPECT_GT(second->serial, first->serial);
}

}  // namespace
}  // namespace answerback::engine
