#include "notify/alerts.h"

#include <gmock/gmock.h>

#include "notify/settled.h"
#include "support/snapshot_builder.h"

namespace answerback::notify {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;
using testing::StartsWith;
using testing::UnorderedElementsAre;

// db is down and takes agent with it; edge is down by itself, is not critical and blocks nothing.
test::SnapshotBuilder incident() {
  test::SnapshotBuilder given;
  const ProbeId db = given.probe({.name = "db",
                                  .health = Health::down,
                                  .reason = Reason::connect_refused,
                                  .phase = Phase::connect,
                                  .detail = "connection refused by 10.0.0.7:5432"});
  const ProbeId agent =
      given.probe({.name = "agent", .health = Health::down, .reason = Reason::no_start, .depends_on = {db}});
  given.probe({.name = "edge", .health = Health::down, .reason = Reason::status, .critical = false});
  const ProbeId web = given.probe({.name = "web"});
  given.capability("answers", 60, {agent}, "Users get no AI responses");
  given.capability("threads", 15, {db}, "");
  given.capability("pages", 25, {web});
  given.plan.probes[db].labels = {{"team", "data"}, {"severity", "mine"}, {"empty", ""}};
  given.plan.probes[db].runbook_url = "https://wiki.example/db";
  return given;
}

TEST(Alerts, OneForEachRootCause) {
  const auto alerts = alerts_of(*incident().build(), "https://ab.example");
  ASSERT_THAT(alerts, SizeIs(2));
  EXPECT_EQ(alerts[0].probe, "db");
  EXPECT_EQ(alerts[0].gravity, Gravity::critical);
  EXPECT_THAT(alerts[0].labels,
              UnorderedElementsAre(Pair("alertname", "AnswerbackProbeDown"), Pair("service", "chat"),
                                   Pair("probe", "db"), Pair("reason", "connect_refused"),
                                   Pair("severity", "critical"), Pair("team", "data")));
  EXPECT_THAT(alerts[0].annotations,
              UnorderedElementsAre(
                  Pair("summary", StartsWith("db: down connect_refused at connect since ")),
                  Pair("description", HasSubstr("\nbecause db is down: connect_refused at connect since ")),
                  Pair("reason", "connect_refused"),
                  Pair("impact", "Users get no AI responses; threads blocked"), Pair("blocks", "agent"),
                  Pair("value_blocked", "75"), Pair("runbook_url", "https://wiki.example/db")));
  EXPECT_EQ(alerts[0].url, "https://ab.example/health/db");
  EXPECT_EQ(alerts[0].starts_at, test::noon - 90s);
  EXPECT_EQ(alerts[1].probe, "edge");
  EXPECT_EQ(alerts[1].labels.at("severity"), "warning");
  EXPECT_EQ(alerts[1].annotations.at("value_blocked"), "0");
  EXPECT_FALSE(alerts[1].annotations.contains("impact"));
}

TEST(Alerts, WhysAreTheDescription) {
  auto snapshot = *incident().build();
  auto whole = *snapshot.assessment;
  whole.causes.at(0).whys = {"users get no answers", "agent does not start", "db refuses"};
  snapshot.assessment = std::make_shared<const Assessment>(whole);
  EXPECT_EQ(alerts_of(snapshot, "")[0].annotations.at("description"),
            "users get no answers\nagent does not start\ndb refuses");
  EXPECT_EQ(alerts_of(snapshot, "")[0].url, "");
}

TEST(Alerts, WhatIsSilencedIsNotToldAndADegradedProbeWakesNobody) {
  auto snapshot = *incident().build();
  auto whole = *snapshot.assessment;
  whole.causes.at(0).silenced_by = "maintenance: db upgrade";
  snapshot.assessment = std::make_shared<const Assessment>(whole);
  const auto alerts = alerts_of(snapshot, "");
  ASSERT_THAT(alerts, SizeIs(1));
  EXPECT_EQ(alerts[0].probe, "edge");

  test::SnapshotBuilder slow;
  slow.probe({.name = "db", .health = Health::degraded, .reason = Reason::slow});
  const auto warned = alerts_of(*slow.build(), "");
  ASSERT_THAT(warned, SizeIs(1));
  EXPECT_EQ(warned[0].labels.at("alertname"), "AnswerbackProbeDegraded");
  EXPECT_EQ(warned[0].labels.at("severity"), "warning");
  EXPECT_THAT(alerts_of(*test::SnapshotBuilder().build(), ""), IsEmpty());
}

// agent has just gone down and depends on db.
struct Doubt : testing::Test {
  Doubt() {
    db = given.probe({.name = "db"});
    agent = given.probe({.name = "agent", .health = Health::down, .depends_on = {db}});
    given.views[agent].state.since = since;
    looked_at(since + 1ms);
  }
  void looked_at(Steady started) { looked_at(db, started); }
  void looked_at(ProbeId id, Steady started) {
    RunRecord run = *given.views[id].last;
    run.started = started;
    given.views[id].last = std::make_shared<const RunRecord>(run);
  }
  bool settled_after(Duration d) { return settled(*given.build(), agent, since + d); }

  const Steady since = Steady(1h);
  test::SnapshotBuilder given;
  ProbeId db = 0, agent = 0;
};

TEST_F(Doubt, IsOverOnceTheDependencyWasSeenWell) { EXPECT_TRUE(settled_after(2ms)); }

TEST_F(Doubt, LastsWhileTheDependencyHasNotBeenLookedAtSince) {
  looked_at(since - 1ms);
  EXPECT_FALSE(settled_after(29s));
  EXPECT_TRUE(settled_after(30s));
}

TEST_F(Doubt, LastsWhileTheDependencyCountsFailures) {
  given.views[db].state.failures = 1;
  EXPECT_FALSE(settled_after(29s));
  EXPECT_TRUE(settled_after(30s));
  given.views[db].state.health = Health::down;
  EXPECT_TRUE(settled_after(2ms));
}

TEST_F(Doubt, LastsWhileTheDependencyIsUnknown) {
  given.views[db].state.health = Health::unknown;
  EXPECT_FALSE(settled_after(29s));
  EXPECT_TRUE(settled_after(30s));
}

TEST_F(Doubt, LastsUntilItIsLookedAtAfterTheDependencyCameBack) {
  given.views[db].state.since = since + 10min;
  looked_at(since + 10min);
  looked_at(agent, since + 9min);
  EXPECT_FALSE(settled_after(10min + 29s));
  EXPECT_TRUE(settled_after(10min + 30s)) << "its next run is overdue";
  given.plan.probes[agent].interval = 1min;
  EXPECT_FALSE(settled_after(10min + 59s));
  looked_at(agent, since + 10min + 1ms);
  EXPECT_TRUE(settled_after(10min + 1s));
}

TEST_F(Doubt, IsNoneWithoutDependencies) {
  looked_at(since - 1h);
  EXPECT_TRUE(settled(*given.build(), db, since));
}

}  // namespace
}  // namespace answerback::notify
