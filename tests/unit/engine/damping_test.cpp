// How a health comes about beyond rise and fall, and what is told of it: in simulated time, through the whole
// engine.

#include <gmock/gmock.h>

#include "engine/engine.h"
#include "unit/engine/support.h"

namespace answerback::engine {
namespace {

using testing::ElementsAre;

struct DampingTest : testing::Test {
  using Run = answerback::Run;  // not testing::Test's
  asio::io_context context;
  SimClock clock{context};
  SeededRandom random{1};
  Memory memory;
  sinks::Board board;
  Engine engine{context.get_executor(), clock, random, {&memory}, board};
  std::vector<Steady> starts;
  ProbeResult result = ProbeResult::pass();

  std::shared_ptr<FakeProbe> scripted() {
    return fake([this](Run& run) {
      starts.push_back(run.clock.now());
      return answer_after(run, 1ms, result);
    });
  }
  ProbeView view(std::size_t id = 0) const { return *board.read()->probes.at(id); }
  Health health(std::size_t id = 0) const { return view(id).state.health; }
  Duration gap() const { return starts.back() - starts.at(starts.size() - 2); }
  ~DampingTest() override {
    engine.stop();
    clock.run_for(1h);
  }
};

ProbeInfo with(std::optional<Duration> recheck, Duration grace = {}, FlapRule flapping = {}) {
  ProbeInfo info = probe_info("a", 60s, 5s);
  info.recheck = recheck;
  info.startup_grace = grace;
  info.flapping = flapping;
  return info;
}

TEST_F(DampingTest, OnTheEdgeAProbeIsLookedAtAgainSoon) {
  engine.start(plan_of({with(2s)}), {scripted()});
  clock.run_for(150s);
  EXPECT_EQ(gap(), 60s);
  result = refused();
  const Steady slot = starts.back() + 60s;
  clock.run_for(slot - clock.now() + 10s);
  EXPECT_EQ(health(), Health::down) << "fall of 3 within two rechecks";
  ASSERT_GE(starts.size(), 3U);
  EXPECT_EQ(starts.at(starts.size() - 3), slot);
  EXPECT_EQ(starts.back(), slot + 2 * (2s + 1ms));
  const auto runs = starts.size();
  clock.run_for(40s);
  EXPECT_EQ(starts.size(), runs) << "once it is down, there is no hurry";
  result = ProbeResult::pass();
  clock.run_for(20s);
  EXPECT_EQ(health(), Health::up);
  EXPECT_EQ(gap(), 2s + 1ms);
  EXPECT_EQ(starts.at(starts.size() - 2), slot + 60s) << "the slots stay where they are";
  EXPECT_EQ(view().tally.skipped_slots, 0U);
}

TEST_F(DampingTest, NoStartUpExcusesWhatPagesAtOnce) {
  result = refused();
  engine.start(plan_of({with(std::nullopt, 10min)}), {scripted()});
  clock.run_for(61s);
  EXPECT_EQ(health(), Health::unknown) << "what is not up yet has not gone down";
  result = ProbeResult::fail(Reason::auth_bypass, "it accepts a request without a token");
  clock.run_for(60s);
  EXPECT_EQ(health(), Health::down);
}

TEST_F(DampingTest, WithoutRecheckTheIntervalHolds) {
  engine.start(plan_of({with(std::nullopt)}), {scripted()});
  clock.run_for(150s);
  result = refused();
  clock.run_for(120s);
  EXPECT_EQ(health(), Health::up);
  EXPECT_EQ(gap(), 60s);
}

TEST_F(DampingTest, ARunThatTellsNothingHurriesNobody) {
  engine.start(plan_of({with(2s)}), {scripted()});
  clock.run_for(90s);
  result = refused();
  while (view().state.failures == 0) clock.run_for(100ms);
  result = ProbeResult::unknown(Reason::budget_spent, "");
  clock.run_for(3s);
  const auto runs = starts.size();
  clock.run_for(30s);
  EXPECT_EQ(starts.size(), runs);
}

TEST_F(DampingTest, ARecheckNeverComesLaterThanTheNextSlot) {
  engine.start(plan_of({with(59s + 999ms)}), {scripted()});
  clock.run_for(90s);
  result = refused();
  clock.run_for(300s);
  for (std::size_t i = 1; i < starts.size(); ++i) EXPECT_EQ(starts[i] - starts[i - 1], 60s);
}

TEST_F(DampingTest, WhatIsStartingIsUnknownAndSaysSo) {
  result = refused();
  engine.start(plan_of({with(2s, 90s)}), {scripted()});
  clock.run_for(85s);
  EXPECT_EQ(health(), Health::unknown);
  EXPECT_EQ(view().facts.condition, Condition::starting);
  EXPECT_EQ(view().facts.reason, Reason::connect_refused);
  EXPECT_NE(board.read()->assessment->output.find("a: unknown, starting, last connect_refused"),
            std::string::npos)
      << board.read()->assessment->output;
  EXPECT_TRUE(memory.all<IncidentOpened>().empty());
  clock.run_for(60s);
  EXPECT_EQ(health(), Health::down) << "the grace is over";
  EXPECT_EQ(view().facts.condition, Condition::none);
  EXPECT_EQ(memory.all<IncidentOpened>().size(), 1U);
}

TEST_F(DampingTest, TheGraceEndsWithTheFirstPass) {
  engine.start(plan_of({with(1s, 10min)}), {scripted()});
  clock.run_for(70s);
  EXPECT_EQ(health(), Health::up);
  result = refused();
  clock.run_for(65s);
  EXPECT_EQ(health(), Health::down);
}

TEST_F(DampingTest, FlappingThatIsNotHeldIsMarkedAndUpAtOnce) {
  ProbeInfo info = with(std::nullopt, {}, {.falls = 3, .within = 10min});
  info.interval = 10s;
  info.stale = 60s;
  info.thresholds = {.fall = 1, .rise = 1};
  engine.start(plan_of({info}), {scripted()});
  clock.run_for(30s);
  for (int i = 0; i < 10; ++i) {
    result = i % 2 == 0 ? refused() : ProbeResult::pass();
    clock.run_for(20s);
    EXPECT_EQ(health(), i % 2 == 0 ? Health::down : Health::up);
  }
  EXPECT_EQ(view().facts.condition, Condition::flapping);
  EXPECT_EQ(board.read()->assessment->status, Status::pass);
}

TEST_F(DampingTest, FlappingIsOneIncidentThatShowsItself) {
  const FlapRule rule{.falls = 3, .within = 10min, .hold = true};
  ProbeInfo info = with(std::nullopt, {}, rule);
  info.interval = 10s;
  info.stale = 60s;
  info.thresholds = {.fall = 1, .rise = 1};
  engine.start(plan_of({info}), {scripted()});
  clock.run_for(30s);
  for (int i = 0; i < 10; ++i) {
    result = i % 2 == 0 ? refused() : ProbeResult::pass();
    clock.run_for(20s);
    if (i % 2 == 0) EXPECT_EQ(health(), Health::down) << "an outage is shown as one, flapping or not";
  }
  EXPECT_EQ(health(), Health::degraded);
  EXPECT_EQ(view().facts.condition, Condition::flapping);
  EXPECT_EQ(view().facts.reason, Reason::connect_refused);
  EXPECT_EQ(board.read()->assessment->status, Status::warn);
  EXPECT_TRUE(board.read()->assessment->readiness.ready);
  EXPECT_NE(board.read()->assessment->output.find("a: degraded, flapping, last connect_refused"),
            std::string::npos)
      << board.read()->assessment->output;
  EXPECT_EQ(memory.all<IncidentOpened>().size(), 3U) << "the third fall is the one too many";
  EXPECT_EQ(memory.all<IncidentClosed>().size(), 2U);
  clock.run_for(5min);
  EXPECT_EQ(health(), Health::up);
  EXPECT_EQ(view().facts.condition, Condition::none);
  EXPECT_EQ(memory.all<IncidentClosed>().size(), 3U);
  EXPECT_EQ(board.read()->assessment->status, Status::pass);
}

TEST_F(DampingTest, WhatIsStaleSaysSo) {
  bool hangs = false;
  ProbeInfo info = with(std::nullopt);
  info.stale = 100s;
  engine.start(plan_of({info}), {fake([&hangs](Run& run) {
                 return answer_after(
                     run, 1ms, hangs ? ProbeResult::unknown(Reason::internal, "ours") : ProbeResult::pass());
               })});
  clock.run_for(70s);
  hangs = true;
  clock.run_for(170s);
  EXPECT_EQ(health(), Health::unknown);
  EXPECT_EQ(view().facts.condition, Condition::stale);
  hangs = false;
  clock.run_for(60s);
  EXPECT_EQ(view().facts.condition, Condition::none);
}

// Must show: our own freeze, and a wall clock that is set, are no faults of anybody.
TEST_F(DampingTest, OurOwnFreezeAndStepsOfTheClockByYearsMoveNothing) {
  ProbeInfo nightly = probe_info("b", 5s, 2s);
  nightly.depends_on = {0};
  const auto steady = [](Run& run) { return answer_after(run, 1ms, ProbeResult::pass()); };
  engine.start(plan_of({probe_info("a", 5s, 2s), nightly}), {fake(steady), fake(steady)});
  clock.run_for(30s);
  const auto before = memory.all<Transition>().size();
  EXPECT_EQ(before, 2U);
  for (const Duration step : {24h * 3650, -24h * 7300, 24h * 3650}) {
    clock.freeze(30s);
    clock.step_wall(step);
    clock.run_for(150ms);  // a beat, and what it hangs on the board
    const auto seen = board.read();
    EXPECT_FALSE(seen->ourselves.looking);
    EXPECT_EQ(seen->ourselves.not_looking_why.substr(0, 26), "we were not running for 30");
    EXPECT_EQ(seen->assessment->output.substr(0, 12), "not looking:") << seen->assessment->output;
    EXPECT_EQ(seen->assessment->status, Status::fail);
    EXPECT_FALSE(seen->assessment->readiness.ready);
    EXPECT_EQ(health(0), Health::up) << "the last answer is held";
    EXPECT_EQ(health(1), Health::up);
    clock.run_for(20s);
    EXPECT_TRUE(board.read()->ourselves.looking);
    EXPECT_EQ(board.read()->assessment->status, Status::pass);
    clock.step_wall(-step);
    clock.run_for(20s);
    EXPECT_TRUE(board.read()->ourselves.looking) << "a step alone is nothing";
  }
  EXPECT_EQ(memory.all<Transition>().size(), before);
  EXPECT_TRUE(memory.all<IncidentOpened>().empty());
  EXPECT_EQ(board.read()->ourselves.stalls, 3U);
}

TEST_F(DampingTest, AFreezeWithinTheGraceDoesNotUseItUp) {
  result = refused();
  engine.start(plan_of({with(2s, 90s)}), {scripted()});
  clock.run_for(30s);
  clock.freeze(10min);
  clock.run_for(40s);
  EXPECT_EQ(health(), Health::unknown);
  clock.run_for(120s);
  EXPECT_EQ(health(), Health::down);
}

TEST_F(DampingTest, ASilenceIsMarkedWhileItHoldsAndStopsNothing) {
  result = refused();
  engine.start(plan_of({with(std::nullopt)}), {scripted()});
  clock.run_for(61s);
  ASSERT_EQ(health(), Health::down);
  EXPECT_EQ(board.read()->assessment->causes.at(0).silenced_by, "");
  const auto taken = engine.silences().add(
      {.name = "", .probes = {"a"}, .until = clock.wall() + 5min, .author = "ada", .comment = "moving it"},
      clock.wall());
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->name, "1");
  const auto runs = starts.size();
  clock.run_for(300ms);
  EXPECT_EQ(board.read()->assessment->causes.at(0).silenced_by, "1 by ada: moving it");
  EXPECT_EQ(board.read()->silences->size(), 1U);
  clock.run_for(4min);
  EXPECT_EQ(starts.size(), runs + 4);
  EXPECT_EQ(health(), Health::down);
  EXPECT_EQ(board.read()->assessment->status, Status::fail);
  clock.run_for(1min);
  EXPECT_EQ(board.read()->assessment->causes.at(0).silenced_by, "");
  EXPECT_TRUE(board.read()->silences->empty());
}

TEST(Silences, AskForWhatTheyNeed) {
  const Wall now = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
  Silences silences;
  const Silence good{.name = "", .until = now + 1h, .author = "ada", .comment = "x"};
  const auto refused_with = [&](auto change) {
    Silence bad = good;
    change(bad);
    const auto taken = silences.add(bad, now);
    return taken ? std::string("taken") : taken.error();
  };
  EXPECT_EQ(refused_with([](Silence& s) { s.author.clear(); }), "author: who asks for it?");
  EXPECT_EQ(refused_with([](Silence& s) { s.comment.clear(); }), "comment: what is it for?");
  EXPECT_EQ(refused_with([](Silence& s) { s.until.reset(); }), "ends: a silence must have an end");
  EXPECT_EQ(refused_with([&](Silence& s) { s.until = now; }), "ends: that is over already");
  EXPECT_EQ(refused_with([&](Silence& s) { s.from = now + 2h; }), "ends before it begins");
  for (std::size_t i = 0; i < Silences::most; ++i) ASSERT_TRUE(silences.add(good, now));
  EXPECT_FALSE(silences.add(good, now)) << "bounded";
  EXPECT_TRUE(silences.remove("7"));
  EXPECT_EQ(silences.remove("7").error(), "there is none of that name");
  EXPECT_EQ(silences.add(good, now)->name, "101") << "a number is never given twice";
  EXPECT_TRUE(silences.moved(now));
  EXPECT_FALSE(silences.moved(now));
  EXPECT_TRUE(silences.moved(now + 1h));
  EXPECT_TRUE(silences.all().empty());
}

TEST(Silences, ThoseOfTheConfigurationComeAndGoWithIt) {
  const Wall now = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
  Silences silences;
  silences.restore({{.name = "41", .until = now + 1h, .author = "ada", .comment = "kept"}});
  silences.configure({{.name = "nightly", .probes = {"db"}, .until = now + 2h}});
  EXPECT_EQ(silences.by("db", now), "nightly");
  EXPECT_EQ(silences.by("web", now), "41 by ada: kept");
  EXPECT_FALSE(silences.remove("nightly"));
  silences.configure({});
  EXPECT_EQ(silences.all().size(), 1U);
  EXPECT_EQ(silences.add({.name = "", .until = now + 1h, .author = "b", .comment = "c"}, now)->name, "42");
}

}  // namespace
}  // namespace answerback::engine
