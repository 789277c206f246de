#include "model/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "model/advice.h"
#include "support/snapshot_builder.h"

namespace answerback {
namespace {

using namespace std::chrono_literals;
using test::noon;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// The night: the database is down, the agent with it; sign-in works.
class Reported : public testing::Test {
 protected:
  Reported() {
    const ProbeId db = given.probe({.name = "db",
                                    .health = Health::down,
                                    .reason = Reason::connect_refused,
                                    .phase = Phase::connect,
                                    .detail = "connection refused by 10.0.0.7:5432"});
    const ProbeId agent = given.probe({.name = "agent",
                                       .health = Health::down,
                                       .reason = Reason::agent_error,
                                       .phase = Phase::chain,
                                       .depends_on = {db}});
    const ProbeId auth = given.probe({.name = "auth"});
    given.capability("answers", 60, {agent}, "Users get no AI responses");
    given.capability("sign-in", 40, {auth}, "Users cannot sign in");
    given.views[db].last_pass = noon - 95s;
    given.plan.probes[db].runbook_url = "https://runbooks/db";
    chronicle.since = noon - 48h;
    chronicle.moments = {{noon - 30h, "answerback started"},
                         {noon - 10min, "configuration reloaded"},
                         {noon - 20s, "stalled for 3 s"}};
  }

  void incident(std::uint64_t id, std::string probe, Wall since, std::optional<Wall> ended,
                std::vector<Moment> timeline = {}) {
    Incident made;
    made.id = id;
    made.probe = made.cause = std::move(probe);
    made.reason = Reason::connect_refused;
    made.phase = Phase::connect;
    made.since = since;
    made.ended = ended;
    made.frames = {{5ms, "kept", "frame of the incident"}};
    chronicle.incidents.push_back(
        std::make_shared<const IncidentStory>(IncidentStory{made, std::move(timeline)}));
  }

  Report report(Duration back = 24h, std::string_view distrust = {}) {
    return compose({.snapshot = *given.build(),
                    .chronicle = kept ? &chronicle : nullptr,
                    .since = noon - back,
                    .now = noon,
                    .not_trusted = distrust});
  }

  test::SnapshotBuilder given;
  Chronicle chronicle;
  bool kept = true;
};

TEST_F(Reported, SaysWhatWorksWhatIsBlockedAndWhy) {
  const Report made = report();
  EXPECT_EQ(made.status, Status::fail);
  EXPECT_EQ(made.value.blocked, 60);
  ASSERT_EQ(made.capabilities.size(), 2U);
  EXPECT_EQ(made.capabilities[0].state, CapabilityState::blocked);
  EXPECT_THAT(made.capabilities[0].blocked_by, ElementsAre("db"));
  EXPECT_EQ(made.capabilities[1].state, CapabilityState::working);
  ASSERT_EQ(made.causes.size(), 1U);
  const Report::Cause& cause = made.causes[0];
  EXPECT_EQ(cause.probe, "db");
  EXPECT_THAT(cause.blocks, ElementsAre("agent"));
  EXPECT_THAT(cause.impacts, ElementsAre("Users get no AI responses"));
  EXPECT_EQ(cause.value_blocked, 60);
  EXPECT_EQ(cause.next, next_check(Reason::connect_refused));
  EXPECT_EQ(cause.runbook, "https://runbooks/db");
  EXPECT_EQ(made.probes[1].causes, std::vector<std::string>{"db"});
}

TEST_F(Reported, TimeToDetectIsFromTheLastGoodRun) {
  EXPECT_EQ(report().causes[0].detected, 5s);  // last good at noon - 95 s, moved at noon - 90 s
  given.views[0].last_pass = noon - 10s;       // a good run that did not yet bring it back
  EXPECT_EQ(report().causes[0].detected, std::nullopt);
  given.views[0].last_pass.reset();
  EXPECT_EQ(report().causes[0].detected, std::nullopt);
}

TEST_F(Reported, TheLastChangeBeforeACauseIsNamedHoweverOld) {
  EXPECT_EQ(report().causes[0].last_change->what, "configuration reloaded");
  chronicle.moments.erase(chronicle.moments.begin() + 1);
  EXPECT_EQ(report().causes[0].last_change->what, "answerback started");
  chronicle.moments.erase(chronicle.moments.begin());
  EXPECT_EQ(report().causes[0].last_change, std::nullopt);  // the stall came after it
}

TEST_F(Reported, EvidenceIsOfTheNewestRunThatDidNotPassOrElseWhatWasKept) {
  incident(7, "db", noon - 90s, std::nullopt);
  RunRecord run = *given.views[0].last_not_ok;
  run.frames = {{run.started + 3ms, "sent", "hello"}};
  given.views[0].last_not_ok = std::make_shared<const RunRecord>(run);
  Report::Cause cause = report().causes[0];
  ASSERT_EQ(cause.frames.size(), 1U);
  EXPECT_EQ(cause.frames[0].text, "hello");
  EXPECT_EQ(cause.frames[0].offset, 3ms);
  EXPECT_EQ(cause.trace, trace_id(run.id));

  given.views[0].last_not_ok = nullptr;  // after a restart
  cause = report().causes[0];
  ASSERT_EQ(cause.frames.size(), 1U);
  EXPECT_EQ(cause.frames[0].text, "frame of the incident");
  EXPECT_EQ(cause.trace, "");
}

TEST_F(Reported, TheTimelineIsOfTheWindowInOrderAndSaysEachThingOnce) {
  incident(8, "db", noon - 90s, std::nullopt,
           {{noon - 90s, "db is down"}, {noon - 90s, "db is down"}, {noon - 80s, "agent is down"}});
  incident(7, "web", noon - 2h, noon - 2h + 90s);
  incident(6, "old", noon - 40h, noon - 30h);
  incident(5, "long", noon - 40h, noon - 1h);
  std::vector<std::string> told;
  const Report made = report();
  for (const Moment& each : made.timeline) told.push_back(each.what);
  EXPECT_THAT(
      told,
      ElementsAre("incident 7 opened: web connect_refused at connect", "incident 7 closed: web after 1m 30s",
                  "incident 5 closed: long after 1d 15h", "configuration reloaded", "db is down",
                  "incident 8 opened: db connect_refused at connect", "agent is down", "stalled for 3 s"));
  EXPECT_EQ(made.incidents.size(), 3U);
  EXPECT_EQ(made.changes.size(), 2U);
  EXPECT_THAT(report(15s).timeline, IsEmpty());
  EXPECT_EQ(report(15s).incidents.size(), 1U) << "an open one belongs to every window";
}

TEST_F(Reported, AClockThatWasSetBackHidesNoIncident) {
  incident(8, "db", noon + 2h, std::nullopt);
  incident(7, "web", noon + 1h, noon + 1h);
  EXPECT_EQ(report(1h).incidents.size(), 2U);
}

TEST_F(Reported, WithoutAChronicleTheSnapshotsIncidentsAreAllThereIs) {
  kept = false;
  given.incidents = {{.id = 3, .probe = "db", .since = noon - 90s, .ended = {}, .cause = "db", .output = {}}};
  const Report made = report();
  ASSERT_EQ(made.incidents.size(), 1U);
  EXPECT_EQ(made.changes.front().what, "answerback started");
  EXPECT_THAT(made.unknown, Contains(HasSubstr("Anything before 2026-11-22T11:00:00Z")));
}

TEST_F(Reported, WhatIsNotKnownIsSaid) {
  EXPECT_THAT(report().unknown, IsEmpty());
  given.views[2].facts.health = Health::unknown;
  chronicle.degraded = "the disk is full";
  const Report made = report(72h, "not looking: stalled for 3 s");
  EXPECT_EQ(made.status, Status::fail);
  EXPECT_THAT(made.unknown,
              ElementsAre(HasSubstr("last seen: not looking: stalled for 3 s"),
                          HasSubstr("Whether auth works"), HasSubstr("Whether users have: sign-in"),
                          HasSubstr("Anything before 2026-11-20T12:00:00Z"), HasSubstr("the disk is full")));
}

TEST(NextCheck, EveryReasonHasASentenceOfItsOwn) {
  std::set<std::string_view> seen;
  for (const ReasonInfo& each : reasons()) {
    EXPECT_GT(next_check(each.reason).size(), 30U) << each.name;
    EXPECT_TRUE(seen.insert(next_check(each.reason)).second) << each.name;
  }
}

}  // namespace
}  // namespace answerback
