#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sinks/chronicler.h"
#include "sinks/probe_rows.h"
#include "support/snapshot_builder.h"

namespace answerback::sinks {
namespace {

using namespace std::chrono_literals;
using test::noon;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

struct ChroniclerTest : testing::Test {
  Chronicler::Limits limits{
      .incidents = 4, .timeline = 6, .timeline_first = 2, .frames = 2, .frame_bytes = 20};
  Chronicler chronicler{noon,
                        [](std::string text) {
                          for (auto at = text.find("geheim"); at != text.npos; at = text.find("geheim")) {
                            text.replace(at, 6, "<secret>");
                          }
                          return text;
                        },
                        limits};

  static std::shared_ptr<const RunRecord> run(std::string detail = "no word for 10 s") {
    RunRecord out = test::SnapshotBuilder::finished(0, {.name = "",
                                                        .health = Health::down,
                                                        .reason = Reason::stalled,
                                                        .phase = Phase::chain,
                                                        .detail = detail});
    for (const char* text : {"one", "two", "three is geheim and long, too"}) {
      out.frames.push_back({out.started + 5ms, "received", text});
    }
    return std::make_shared<const RunRecord>(std::move(out));
  }
  void moves(const std::string& probe, Health to, Wall at = noon, std::vector<std::string> causes = {}) {
    chronicler.take(Transition{.probe = probe,
                               .change = {to == Health::up ? Health::down : Health::up, to},
                               .at = at,
                               .run = run(),
                               .causes = std::move(causes)});
  }
  static Incident incident(std::uint64_t id, std::string probe = "agent") {
    return {.id = id,
            .probe = probe,
            .reason = Reason::stalled,
            .since = noon,
            .ended = {},
            .cause = probe,
            .output = "it is down"};
  }
  void opens(std::uint64_t id, const std::string& probe = "agent") {
    moves(probe, Health::down);
    chronicler.take(IncidentOpened{incident(id, probe)});
  }
  void closes(std::uint64_t id, const std::string& probe = "agent", Wall at = noon + 1h) {
    moves(probe, Health::up, at);
    Incident it = incident(id, probe);
    it.ended = at;
    chronicler.take(IncidentClosed{it});
  }
  std::shared_ptr<const Chronicle> view(bool durable = true) { return chronicler.view(durable, ""); }
  const IncidentStory& newest() { return *view()->incidents.at(0); }
};

TEST_F(ChroniclerTest, AnIncidentHasWhatItsRunSawAndEveryLineOfIt) {
  opens(1);
  moves("websocket", Health::down, noon + 1s, {"agent"});
  moves("elsewhere", Health::down, noon + 2s, {"elsewhere"});
  closes(1);
  const IncidentStory story = newest();
  EXPECT_EQ(story.incident.detail, "no word for 10 s");
  EXPECT_EQ(story.incident.phase, Phase::chain);
  EXPECT_EQ(story.incident.ended, noon + 1h);
  ASSERT_THAT(story.incident.frames, SizeIs(2));
  EXPECT_EQ(story.incident.frames[0].text, "two");
  EXPECT_EQ(story.incident.frames[0].offset, 5ms);
  EXPECT_EQ(story.incident.frames[1].text, "three is <secret> an…");
  ASSERT_THAT(story.timeline, SizeIs(3));
  EXPECT_EQ(story.timeline[0].what, "agent is down (was up): stalled in chain: no word for 10 s");
  EXPECT_THAT(story.timeline[1].what, EndsWith("; because of agent"));
  EXPECT_EQ(story.timeline[2].what, "agent is up (was down): stalled in chain");
}

TEST_F(ChroniclerTest, WhatTheEngineFilledInStays) {
  moves("agent", Health::down);
  Incident it = incident(1);
  it.detail = "its own";
  it.whys = {"a\nb", std::string(5000, 'x')};
  it.blocks.assign(1000, "websocket");
  it.frames = {{1ms, "sent", "hello"}};
  chronicler.take(IncidentOpened{it});
  EXPECT_EQ(newest().incident.detail, "its own");
  ASSERT_THAT(newest().incident.frames, SizeIs(1));
  EXPECT_EQ(newest().incident.whys[0], "a\\nb");
  EXPECT_THAT(newest().incident.whys[1], SizeIs(limits.line_bytes + 3));
  EXPECT_THAT(newest().incident.blocks, SizeIs(limits.lines));
}

TEST_F(ChroniclerTest, SecretsAreTakenOutOfEveryText) {
  chronicler.take(Transition{.probe = "agent",
                             .change = {Health::up, Health::down},
                             .at = noon,
                             .run = run("said geheim"),
                             .causes = {}});
  Incident it = incident(1);
  it.output = it.detail = "geheim";
  it.whys = it.impacts = {"geheim"};
  it.frames = {{1ms, "geheim", "geheim"}};
  chronicler.take(IncidentOpened{it});
  chronicler.take(Reloaded{{false, noon, "not geheim"}, 1});
  const Incident& kept = newest().incident;
  EXPECT_THAT((std::vector{kept.output, kept.detail, kept.whys[0], kept.impacts[0], kept.frames[0].label,
                           kept.frames[0].text, newest().timeline[0].what, view()->moments[0].what}),
              testing::Each(testing::AllOf(Not(HasSubstr("geheim")), HasSubstr("<secret>"))));
}

TEST_F(ChroniclerTest, TheReasonIsTheWorstSeen) {
  Incident it = incident(1);
  it.reason = Reason::slow;
  chronicler.take(IncidentOpened{it});
  moves("agent", Health::down);
  EXPECT_EQ(newest().incident.reason, Reason::stalled);
}

TEST_F(ChroniclerTest, ATimelineKeepsItsFirstAndItsLastLines) {
  opens(1);
  for (int i = 1; i < 20; ++i) moves("agent", Health::degraded, noon + i * 1s);
  std::vector<Wall> at;
  for (const Moment& each : newest().timeline) at.push_back(each.at);
  EXPECT_THAT(at, ElementsAre(noon, noon + 1s, noon + 16s, noon + 17s, noon + 18s, noon + 19s));
}

TEST_F(ChroniclerTest, WhatTheBookHasMadeOfAnOpenIncidentIsTakenOver) {
  opens(1);
  closes(1);
  opens(2);
  chronicler.written();
  Incident first = incident(1), second = incident(2);
  second.whys = {"geheim"};
  second.value_blocked = 60;
  chronicler.compare({second, first}, false);
  EXPECT_EQ(newest().incident.whys, std::vector<std::string>{"<secret>"});
  EXPECT_EQ(newest().incident.value_blocked, 60);
  EXPECT_THAT(chronicler.unwritten().incidents, ElementsAre(2)) << "the book of a moment ago reopens nothing";
  chronicler.written();
  chronicler.compare({second}, false);
  EXPECT_FALSE(chronicler.unwritten().urgent()) << "nothing new";
}

TEST_F(ChroniclerTest, AfterALossTheBookFillsTheHoles) {
  opens(1);
  Incident first = incident(1);
  first.ended = noon + 1s;
  const std::vector<Incident> book{incident(3, "db"), incident(2), first};
  chronicler.compare(book, false);
  EXPECT_THAT(view()->incidents, SizeIs(1)) << "they may still be under way";
  chronicler.compare(book, true);
  ASSERT_THAT(view()->incidents, SizeIs(3));
  EXPECT_EQ(view()->incidents[2]->incident.ended, noon + 1s);
  closes(3, "db");
  closes(2);
  EXPECT_THAT(view()->incidents, SizeIs(3));
  EXPECT_TRUE(newest().incident.ended);
}

TEST_F(ChroniclerTest, IsBoundedButForgetsNothingOpen) {
  opens(1, "always");
  for (std::uint64_t id = 2; id < 20; ++id) {
    opens(id);
    closes(id);
  }
  chronicler.forget(noon + 1h);
  std::vector<std::uint64_t> ids;
  for (const auto& each : view()->incidents) ids.push_back(each->incident.id);
  EXPECT_THAT(ids, ElementsAre(19, 18, 17, 16, 1));
  EXPECT_THAT(chronicler.unwritten().incidents, ElementsAre(1, 16, 17, 18, 19));
  EXPECT_THAT(chronicler.unwritten().dropped, SizeIs(14));

  chronicler.forget(noon + 24h * 91);
  EXPECT_THAT(view()->incidents, SizeIs(1)) << "the open one";
  EXPECT_EQ(chronicler.last_id(), 19U);
}

TEST_F(ChroniclerTest, OnlyWhatIsWrittenIsDurable) {
  opens(1);
  EXPECT_FALSE(newest().durable);
  chronicler.written();
  EXPECT_TRUE(newest().durable);
  EXPECT_FALSE(chronicler.unwritten().urgent());
  closes(1);
  EXPECT_FALSE(newest().durable);
  EXPECT_TRUE(chronicler.unwritten().urgent());
  chronicler.written();
  chronicler.nothing_is_written();
  EXPECT_THAT(chronicler.unwritten().incidents, ElementsAre(1));
  EXPECT_TRUE(newest().durable) << "what was acknowledged stays so";
  EXPECT_EQ(chronicler.view(true, "disk full")->degraded, "disk full");
  EXPECT_FALSE(chronicler.view(true, "disk full")->durable);
}

TEST_F(ChroniclerTest, AStoryThatIsShownNeverChanges) {
  opens(1);
  const auto before = view();
  closes(1);
  EXPECT_FALSE(before->incidents[0]->incident.ended);
  EXPECT_TRUE(view()->incidents[0]->incident.ended);
}

TEST(DayStrip, IsADayInPartsOfHalfAnHour) {
  EXPECT_EQ(part_of(noon + 29min + 59s), noon);
  EXPECT_EQ(part_of(noon + 30min), noon + 30min);
  EXPECT_EQ(part_of(Wall(-1ns)), Wall(-30min)) << "before 1970, too";

  DayPart part{.from = noon};
  RunRecord run = test::SnapshotBuilder::finished(0, {.name = ""});  // a pass of 250 ms
  add(part, run);
  run.ended += 250ms;
  run.result.verdict = Verdict::fail;
  add(part, run);
  run.result.verdict = Verdict::unknown;
  add(part, run);
  EXPECT_EQ((std::array{part.pass, part.warn, part.fail, part.unknown}),
            (std::array<std::uint32_t, 4>{1, 0, 1, 1}));
  EXPECT_FLOAT_EQ(part.longest_seconds, 0.5F);
  EXPECT_FLOAT_EQ(part.mean_seconds, 1.25F / 3);

  std::vector<DayPart> strip;
  for (int i = 0; i < 100; ++i) add(strip, DayPart{.from = noon + i * 30min, .pass = 1});
  add(strip, DayPart{.from = noon + 99 * 30min, .fail = 2});
  ASSERT_THAT(strip, SizeIs(parts_of_a_day));
  EXPECT_EQ(strip.front().from, noon + 52 * 30min);
  EXPECT_EQ(strip.back().pass + strip.back().fail, 3U);
  EXPECT_TRUE(std::ranges::is_sorted(strip, {}, &DayPart::from));

  add(strip, DayPart{.from = noon - 24h * 3650, .pass = 1});  // the clock went back ten years
  EXPECT_THAT(strip, SizeIs(1));
}

struct ProbeRowsTest : testing::Test {
  test::SnapshotBuilder given;
  ProbeRows rows;
  void look() { rows.take(*given.build()); }
  void kept(Health health) { rows.restore({{"agent", {health, 1, 0, noon - 1h, noon - 2h}}}, noon - 10s); }
  Health health() { return rows.rows().at("agent").health; }
};

TEST_F(ProbeRowsTest, WhatMovedIsChangedAtOnceAndASnapshotFromBeforeDoesNotUndoIt) {
  given.probe({.name = "agent"});
  look();
  EXPECT_EQ(rows.changed().at("agent").health, Health::up);
  EXPECT_EQ(rows.changed().at("agent").last_pass, noon);
  rows.written();
  look();
  EXPECT_THAT(rows.changed(), IsEmpty());
  rows.take(Transition{"agent", {Health::up, Health::down}, noon, nullptr, {}});
  look();
  EXPECT_EQ(rows.changed().at("agent").health, Health::down);
  EXPECT_EQ(rows.changed().at("agent").last_pass, noon);
}

TEST_F(ProbeRowsTest, WhatWasUpBeforeASecondStartIsStillUpForAThird) {
  given.probe({.name = "agent", .health = Health::unknown});
  given.plan.probes[0].stale = 1min;
  kept(Health::up);
  look();
  EXPECT_EQ(health(), Health::up);
  kept(Health::up);
  given.plan.probes[0].stale = 5s;
  look();
  EXPECT_EQ(health(), Health::unknown) << "too old by now";
}

TEST_F(ProbeRowsTest, ProbesThatAreGoneAreForgotten) {
  given.probe({.name = "other"});
  kept(Health::up);
  look();
  EXPECT_TRUE(rows.removed());
  EXPECT_FALSE(rows.rows().contains("agent"));
}

}  // namespace
}  // namespace answerback::sinks
