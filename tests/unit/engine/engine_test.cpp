#include "engine/engine.h"

#include <gtest/gtest.h>

#include "unit/engine/support.h"

namespace answerback::engine {
namespace {

struct EngineTest : testing::Test {
  using Run = answerback::Run;  // not testing::Test's
  asio::io_context context;
  SimClock clock{context};
  SeededRandom random{1};
  Memory memory;
  sinks::Board board;
  Engine engine{context.get_executor(), clock, random, {&memory}, board};
  Steady began = clock.now();

  Health health(std::size_t id = 0) const { return board.read()->probes.at(id)->state.health; }
  std::size_t transitions() const { return memory.all<Transition>().size(); }
  bool stop_and_drain() {
    bool drained = false;
    engine.stop();
    asio::co_spawn(context, engine.drain(), [&](std::exception_ptr error) { drained = !error; });
    clock.run_for(1h);
    return drained;
  }
  ~EngineTest() override { EXPECT_TRUE(stop_and_drain()); }
};

std::shared_ptr<FakeProbe> always(ProbeResult result) {
  return fake([result](Run& run) { return answer_after(run, 1ms, result); });
}

TEST_F(EngineTest, HangsASnapshotAtOnceAndBeats) {
  engine.start(plan_of({probe_info("a")}), {always(ProbeResult::pass())});
  ASSERT_TRUE(board.read());
  EXPECT_EQ(health(), Health::unknown);
  EXPECT_EQ(memory.all<Lifecycle>().at(0).what, "started");
  clock.run_for(60s);
  EXPECT_EQ(health(), Health::up);
  EXPECT_GE(board.last_beat(), clock.now() - 100ms);
}

TEST_F(EngineTest, ATransitionIsOnTheBoardWithinItsTurn) {
  bool broken = false;
  engine.start(plan_of({probe_info("a", 10s)}), {fake([&broken](Run& run) {
                 return answer_after(run, 1ms, broken ? refused() : ProbeResult::pass());
               })});
  clock.run_for(25s);
  broken = true;
  while (memory.all<IncidentOpened>().empty()) clock.run_for(1ms);
  EXPECT_EQ(health(), Health::down);
  EXPECT_FALSE(board.read()->incidents->empty());
}

TEST_F(EngineTest, ABusyEnginePublishesNoOftenerThanItSays) {
  engine.start(plan_of({probe_info("a", 2ms, 1s)}), {always(ProbeResult::pass())});
  clock.run_for(2s);
  const auto serial = board.read()->serial;
  clock.run_for(10s);
  EXPECT_LE(board.read()->serial - serial, 200U);
  EXPECT_GE(board.read()->serial - serial, 150U);
}

TEST_F(EngineTest, AFaultIsSeenAfterFallIntervalsAndATimeout) {
  bool hanging = false;
  engine.start(plan_of({probe_info("a", 10s, 5s)}), {fake([&hanging](Run& run) {
                 return hanging ? hang(run, Phase::connect, "") : answer_after(run, 1ms, ProbeResult::pass());
               })});
  clock.run_for(60s);
  hanging = true;
  clock.run_for(3 * 10s + 5s + 100ms);
  EXPECT_EQ(health(), Health::down);
  EXPECT_EQ(board.read()->assessment->causes.at(0).reason, Reason::connect_timeout);
}

TEST_F(EngineTest, AProbeThatThrowsIsUnknownAndNeverDown) {
  engine.start(plan_of({probe_info("a", 10s)}), {fake([](Run&) -> asio::awaitable<ProbeResult> {
                 throw std::runtime_error("a bug");
                 co_return ProbeResult::pass();
               })});
  clock.run_for(10min);
  EXPECT_EQ(health(), Health::unknown);
  EXPECT_EQ(transitions(), 0U);
  EXPECT_EQ(board.read()->probes[0]->facts.reason, Reason::internal);
}

TEST_F(EngineTest, AFreezeMovesNoHealth) {
  std::vector<ProbeInfo> infos;
  std::vector<std::shared_ptr<Probe>> probes;
  for (int i = 0; i < 50; ++i) {
    infos.push_back(probe_info("probe" + std::to_string(i), 5s, 4s));
    probes.push_back(fake([](Run& run) { return answer_after(run, 3s, ProbeResult::pass()); }));
  }
  engine.start(plan_of(infos), probes);
  clock.run_for(60s);
  EXPECT_EQ(transitions(), 50U);
  for (const Duration frozen : {Duration(30s), Duration(1h)}) {
    clock.freeze(frozen);
    clock.run_for(100ms);
    EXPECT_FALSE(board.read()->ourselves.looking);
    EXPECT_EQ(board.read()->assessment->status, Status::fail);
    clock.run_for(60s);
    EXPECT_TRUE(board.read()->ourselves.looking);
    EXPECT_EQ(board.read()->assessment->status, Status::pass);
    EXPECT_EQ(transitions(), 50U);
  }
  EXPECT_EQ(board.read()->ourselves.stalls, 2U);
}

TEST_F(EngineTest, WhoSeesItAliveAgainAfterAFreezeSeesThatItWasNotLooking) {
  engine.start(plan_of({probe_info("a", 5s)}), {always(ProbeResult::pass())});
  clock.run_for(60s);
  clock.freeze(5s);
  int looks = 0;
  const auto look = clock.alarm([&] {
    ++looks;
    EXPECT_TRUE(board.last_beat() < clock.now() || !board.read()->ourselves.looking);
  });
  look->set(clock.now());  // rung between what fell due meanwhile and what that sets
  clock.run_for(0s);
  EXPECT_EQ(looks, 1);
  EXPECT_EQ(board.last_beat(), clock.now());
}

TEST_F(EngineTest, AStepOfTheWallClockMovesNothing) {
  engine.start(plan_of({probe_info("a", 5s)}), {always(ProbeResult::pass())});
  clock.run_for(60s);
  for (const Duration step : {Duration(24h * 3650), Duration(-24h * 7300)}) {
    clock.step_wall(step);
    clock.run_for(60s);
  }
  EXPECT_EQ(transitions(), 1U);
  EXPECT_EQ(board.read()->ourselves.stalls, 0U);
  EXPECT_TRUE(board.read()->ourselves.looking);
}

TEST_F(EngineTest, ReplacesWhileRunsAreUnderWay) {
  engine.start(plan_of({probe_info("stays", 10s), probe_info("goes", 10s)}),
               {fake([](Run& run) { return answer_after(run, 3s, ProbeResult::pass()); }),
                fake([](Run& run) { return hang(run, Phase::connect, ""); })});
  clock.run_until(began + 2s);
  engine.replace(plan_of({probe_info("comes", 10s), probe_info("stays", 10s)}),
                 {always(ProbeResult::pass()), always(refused())});
  clock.run_until(began + 9s);
  EXPECT_EQ(health(0), Health::up);
  EXPECT_EQ(health(1), Health::up) << "the run begun by the old object";
  EXPECT_EQ(board.read()->probes.size(), 2U);
  clock.run_until(began + 40s);
  EXPECT_EQ(health(1), Health::down) << "the new object is used since";
  for (const Transition& t : memory.all<Transition>()) EXPECT_NE(t.probe, "goes");
}

TEST_F(EngineTest, RunsNowByName) {
  const auto probe = always(ProbeResult::pass());
  engine.start(plan_of({probe_info("a", 1h)}), {probe});
  clock.run_for(10s);
  EXPECT_TRUE(engine.run_now("a"));
  EXPECT_FALSE(engine.run_now("b"));
  clock.run_for(10s);
  EXPECT_EQ(probe->runs, 2);
}

TEST_F(EngineTest, StopsInTheMiddleOfRuns) {
  engine.start(plan_of({probe_info("a"), probe_info("b")}),
               {fake([](Run& run) { return hang(run, Phase::connect, ""); }),
                fake([this](Run& run) { return ignore_cancellation(run, began + 60s); })});
  clock.run_for(2s);
  EXPECT_TRUE(stop_and_drain());
  EXPECT_TRUE(memory.all<RunFinished>().empty());
  EXPECT_EQ(memory.all<Lifecycle>().back().what, "stopping");
}

}  // namespace
}  // namespace answerback::engine
