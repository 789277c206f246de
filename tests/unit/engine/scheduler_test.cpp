#include "engine/scheduler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "unit/engine/support.h"

namespace answerback::engine {
namespace {

struct SchedulerTest : testing::Test {
  using Run = answerback::Run;  // not testing::Test's
  asio::io_context context;
  SimClock clock{context};
  SeededRandom random{1};
  Runner runner{context.get_executor(), clock, random};
  std::map<ProbeId, std::vector<Steady>> slots;
  std::map<ProbeId, std::uint64_t> skipped;
  std::vector<Duration> lags;
  std::vector<RunRecord> records;
  Scheduler scheduler{clock, runner, hooks()};
  Steady began = clock.now();

  Scheduler::Hooks hooks() {
    return {.started =
                [this](ProbeId id, Duration lag) {
                  slots[id].push_back(clock.now() - lag);
                  lags.push_back(lag);
                },
            .skipped = [this](ProbeId id, std::uint64_t n) { skipped[id] += n; },
            .finished = [this](RunRecord record) { records.push_back(std::move(record)); }};
  }
  ~SchedulerTest() override {
    scheduler.stop();
    runner.stop();
    clock.run_for(1h);
  }
};

std::shared_ptr<FakeProbe> passing_after(Duration d) {
  return fake([d](Run& run) { return answer_after(run, d, ProbeResult::pass()); });
}

TEST_F(SchedulerTest, RunsOnAFixedGrid) {
  scheduler.replace(plan_of({probe_info("a", 10s)}), {passing_after(3s)});
  clock.run_for(1h);
  const auto& grid = slots[0];
  ASSERT_EQ(grid.size(), 360U);
  EXPECT_LT(grid[0] - began, 1s) << "the first answer is wanted now";
  for (std::size_t i = 1; i < grid.size(); ++i) ASSERT_EQ(grid[i] - grid[i - 1], 10s);
  EXPECT_EQ(skipped[0], 0U);
}

TEST_F(SchedulerTest, SpreadsABigPlanAndStartsASmallOneAtOnce) {
  std::vector<ProbeInfo> infos;
  std::vector<std::shared_ptr<Probe>> probes;
  for (int i = 0; i < 1000; ++i) {
    infos.push_back(probe_info("probe" + std::to_string(i), 10s));
    probes.push_back(passing_after(1ms));
  }
  scheduler.replace(plan_of(infos), probes);
  std::size_t most = 0;
  for (int tenth = 0; tenth < 100; ++tenth) {
    const auto before = lags.size();
    clock.run_for(100ms);
    most = std::max(most, lags.size() - before);
  }
  EXPECT_EQ(lags.size(), 1000U);
  EXPECT_LT(most, 30U) << "10 are due in a tenth of a second on average";
}

TEST_F(SchedulerTest, RunsOfOneProbeNeverOverlapAndSkippedSlotsAreCounted) {
  int inside = 0, most = 0;
  scheduler.replace(plan_of({probe_info("slow", 10s, 60s)}),
                    {fake([&inside, &most](Run& run) -> asio::awaitable<ProbeResult> {
                      most = std::max(most, ++inside);
                      co_await run.clock.sleep_until(run.clock.now() + 25s);
                      --inside;
                      co_return ProbeResult::fail(Reason::slow, "");
                    })});
  clock.run_until(began + 299s);
  EXPECT_EQ(most, 1);
  EXPECT_EQ(records.size(), 10U);
  EXPECT_EQ(slots[0].size(), 10U);
  EXPECT_EQ(skipped[0], 20U);
}

TEST_F(SchedulerTest, ATargetThatHangsIsLookedAtAsOftenAsItsTimeoutAllows) {
  const auto hangs = [] {
    return fake([](Run& run) -> asio::awaitable<ProbeResult> {
      co_await run.clock.sleep_until(run.clock.now() + 1h);
      co_return ProbeResult::pass();
    });
  };
  scheduler.replace(
      plan_of({probe_info("as long", 1s, 1s), probe_info("twice", 1s, 2s), probe_info("more", 1s, 1500ms)}),
      {hangs(), hangs(), hangs()});
  clock.run_until(began + 61s);
  EXPECT_GE(slots[0].size(), 58U);
  EXPECT_LE(skipped[0], 2U);
  EXPECT_GE(slots[1].size(), 29U);
  EXPECT_GE(slots[2].size(), 29U) << "it ends between two slots";
  EXPECT_LT(*std::ranges::max_element(lags), 100ms);
}

TEST_F(SchedulerTest, DoesNotStartAProbeWhoseLastRunDoesNotEnd) {
  const auto probe = fake([this](Run& run) { return ignore_cancellation(run, began + 95s); });
  scheduler.replace(plan_of({probe_info("stuck", 10s, 5s)}), {probe});
  clock.run_until(began + 94s);
  EXPECT_EQ(probe->runs, 1);
  EXPECT_EQ(records.size(), 1U);
  EXPECT_EQ(skipped[0], 9U);
  clock.run_until(began + 104s);
  EXPECT_EQ(probe->runs, 2);
}

TEST_F(SchedulerTest, CountsTheSlotsOfAFreezeOnce) {
  const auto probe = passing_after(1ms);
  scheduler.replace(plan_of({probe_info("a", 10s)}), {probe});
  clock.run_until(began + 1s);
  ASSERT_EQ(probe->runs, 1);
  clock.freeze(100s);
  clock.run_for(1s);
  EXPECT_EQ(probe->runs, 2) << "late, but at once";
  EXPECT_EQ(skipped[0], 9U);
  EXPECT_GT(lags.back(), 80s);
  clock.run_for(10s);
  EXPECT_EQ(probe->runs, 3);
  EXPECT_EQ((slots[0].back() - slots[0].front()) % 10s, 0s) << "the grid is kept";
}

TEST_F(SchedulerTest, RunNowIsAnExtraRunUnlessOneIsUnderWay) {
  const auto probe = passing_after(2s);
  scheduler.replace(plan_of({probe_info("a", 100s)}), {probe});
  clock.run_until(began + 1s);
  EXPECT_FALSE(scheduler.run_now(0)) << "it is running";
  clock.run_until(began + 50s);
  EXPECT_TRUE(scheduler.run_now(0));
  EXPECT_FALSE(scheduler.run_now(0));
  EXPECT_FALSE(scheduler.run_now(1));
  clock.run_until(began + 99s);
  EXPECT_EQ(records.size(), 2U);
  EXPECT_EQ(slots[0].size(), 1U) << "not in a slot, so it has no lag";
}

TEST_F(SchedulerTest, ReplaceKeepsTheSlotOfAProbeAndUsesItsNewObject) {
  const auto before = passing_after(1ms), after = passing_after(1ms);
  scheduler.replace(plan_of({probe_info("a", 10s)}), {before});
  clock.run_until(began + 25s);
  scheduler.replace(plan_of({probe_info("new", 10s), probe_info("a", 10s)}), {passing_after(1ms), after});
  clock.run_until(began + 60s);
  ASSERT_EQ(before->runs, 3);
  ASSERT_EQ(after->runs, 3);
  EXPECT_EQ(slots[1].front() - slots[0].front(), 30s);
}

TEST_F(SchedulerTest, AChangedIntervalBeginsANewGrid) {
  const auto probe = passing_after(1ms);
  scheduler.replace(plan_of({probe_info("a", 1h)}), {probe});
  clock.run_for(1min);
  scheduler.replace(plan_of({probe_info("a", 10s)}), {probe});
  clock.run_for(1min);
  EXPECT_EQ(probe->runs, 7);
}

TEST_F(SchedulerTest, OtherSettingsAreLookedAtSoonAndTheSameOnesAreNot) {
  const auto with = [](std::size_t settings) {
    ProbeInfo info = probe_info("a", 1h, 10s);
    info.settings = settings;
    return plan_of({info});
  };
  const auto old = passing_after(4s), same = passing_after(4s), other = passing_after(4s);
  scheduler.replace(with(1), {old});
  clock.run_for(1min);
  scheduler.replace(with(1), {same});
  clock.run_for(1min);
  EXPECT_EQ(old->runs, 1);
  EXPECT_EQ(same->runs, 0);
  scheduler.replace(with(2), {other});
  clock.run_for(2s);
  EXPECT_EQ(other->runs, 1) << "an hour's health would be that of something else";
  const auto again = passing_after(1ms);
  scheduler.replace(with(3), {again});
  clock.run_for(6s);
  EXPECT_EQ(again->runs, 1) << "once the run under way has ended";
  clock.run_for(59min);
  EXPECT_EQ(again->runs, 2) << "its slots are the same";
  EXPECT_EQ(skipped[0], 0U);
}

TEST_F(SchedulerTest, ARunUnderWayIsFinishedByTheOldObjectAndReportedUnderTheNewPlace) {
  std::weak_ptr<Probe> old;
  {
    const auto probe = passing_after(4s);
    old = probe;
    scheduler.replace(plan_of({probe_info("a", 10s)}), {probe});
  }
  clock.run_until(began + 1s);
  scheduler.replace(plan_of({probe_info("b", 1h), probe_info("a", 10s)}),
                    {passing_after(1ms), passing_after(1ms)});
  EXPECT_FALSE(old.expired());
  clock.run_until(began + 6s);
  EXPECT_TRUE(old.expired());
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[1].probe, 1U);
  EXPECT_EQ(records[1].took(), 4s);
}

TEST_F(SchedulerTest, ARemovedProbeIsNotReportedAndRunsNoMore) {
  const auto probe = passing_after(4s);
  scheduler.replace(plan_of({probe_info("a", 10s)}), {probe});
  clock.run_until(began + 1s);
  scheduler.replace(plan_of({}), {});
  clock.run_for(1h);
  EXPECT_EQ(probe->runs, 1);
  EXPECT_TRUE(records.empty());
  EXPECT_EQ(probe.use_count(), 1);
}

TEST_F(SchedulerTest, ARemovedProbeThatComesBackWhileItsOldRunGoesOn) {
  const auto probe = passing_after(4s);
  scheduler.replace(plan_of({probe_info("a", 10s)}), {probe});
  clock.run_until(began + 1s);
  scheduler.replace(plan_of({}), {});
  scheduler.replace(plan_of({probe_info("a", 10s)}), {passing_after(1ms)});
  clock.run_until(began + 3s);
  EXPECT_EQ(records.size(), 1U);
  clock.run_until(began + 9s);
  EXPECT_EQ(records.size(), 1U) << "that of the old life is not reported";
}

TEST_F(SchedulerTest, StopStartsNothingAnyMore) {
  const auto probe = passing_after(1ms);
  scheduler.replace(plan_of({probe_info("a", 10s)}), {probe});
  clock.run_for(15s);
  scheduler.stop();
  EXPECT_FALSE(scheduler.run_now(0));
  clock.run_for(1h);
  EXPECT_EQ(probe->runs, 2);
}

}  // namespace
}  // namespace answerback::engine
