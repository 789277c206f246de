#include "engine/runner.h"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

#include "unit/engine/support.h"

namespace answerback::engine {
namespace {

struct RunnerTest : testing::Test {
  using Run = answerback::Run;  // not testing::Test's
  asio::io_context context;
  SimClock clock{context};
  SeededRandom random{1};
  Runner runner{context.get_executor(), clock, random};
  std::vector<RunRecord> records;
  Steady began = clock.now();

  void start(std::shared_ptr<Probe> probe, Duration timeout = 5s) {
    runner.start(7, std::move(probe), clock.now() + timeout,
                 [this](RunRecord record) { records.push_back(std::move(record)); });
  }
  const RunRecord& only() {
    EXPECT_EQ(records.size(), 1U);
    return records.at(0);
  }
  ~RunnerTest() override {
    runner.stop();
    clock.run_for(1h);
  }
};

TEST_F(RunnerTest, ARunCanBeEndedBeforeItsDeadline) {
  const auto endless = [](Run& run) -> asio::awaitable<ProbeResult> {
    run.enter(Phase::connect);
    co_await run.clock.sleep_until(run.clock.now() + 1h);
    co_return ProbeResult::pass();
  };
  const auto one = fake(endless), other = fake(endless);
  start(one);
  start(other);
  clock.run_for(1s);
  runner.end(*one);
  runner.end(*one);
  clock.run_for(1s);
  EXPECT_EQ(only().result.reason, Reason::connect_timeout);
  EXPECT_EQ(only().took(), 1s);
  runner.end(*one);  // there is no such run any more
  EXPECT_EQ(runner.running(), 1U);
}

TEST_F(RunnerTest, FillsTheRecord) {
  const Wall wall = clock.wall();
  start(fake([](Run& run) -> asio::awaitable<ProbeResult> {
    run.enter(Phase::connect);
    co_await run.clock.sleep_until(run.clock.now() + 1s);
    run.enter(Phase::transfer);
    run.evidence.sent(10);
    run.evidence.received(20);
    run.frame("received", "hello");
    run.evidence.measure(Measure::http_status, 200);
    co_await run.clock.sleep_until(run.clock.now() + 2s);
    co_return ProbeResult::warn(Reason::slow, "it took long");
  }));
  clock.run_for(1h);
  const RunRecord& record = only();
  EXPECT_EQ(record.probe, 7U);
  EXPECT_EQ(record.started, began);
  EXPECT_EQ(record.began, wall);
  EXPECT_EQ(record.took(), 3s);
  EXPECT_EQ(record.result.verdict, Verdict::warn);
  EXPECT_EQ(record.result.reason, Reason::slow);
  EXPECT_EQ(record.phase, Phase::transfer);
  ASSERT_EQ(record.phases.size(), 2U);
  EXPECT_EQ(record.phases[0].took, 1s);
  EXPECT_EQ(record.phases[1].took, 2s);
  ASSERT_EQ(record.frames.size(), 1U);
  EXPECT_EQ(record.frames[0].text, "hello");
  ASSERT_EQ(record.samples.size(), 1U);
  EXPECT_EQ(record.bytes_sent, 10U);
  EXPECT_EQ(record.bytes_received, 20U);
}

TEST_F(RunnerTest, SaysWhereTheDeadlineFoundIt) {
  start(fake([](Run& run) { return hang(run, Phase::connect, "10.0.0.7:5432"); }));
  clock.run_for(1h);
  const RunRecord& record = only();
  EXPECT_EQ(record.result.verdict, Verdict::fail);
  EXPECT_EQ(record.result.reason, Reason::connect_timeout);
  EXPECT_EQ(record.result.detail, "timed out after 5 s in connect (10.0.0.7:5432)");
  EXPECT_EQ(record.phase, Phase::connect);
  EXPECT_EQ(record.took(), 5s);
  EXPECT_EQ(record.phases.at(0).took, 5s);
}

TEST_F(RunnerTest, TellsShortAndBrokenTimeouts) {
  start(fake([](Run& run) { return hang(run, Phase::tls, ""); }), 250ms);
  start(fake([](Run& run) { return hang(run, Phase::tls, ""); }), 1500ms);
  clock.run_for(1h);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].result.detail, "timed out after 250 ms in tls");
  EXPECT_EQ(records[1].result.detail, "timed out after 1.5 s in tls");
}

TEST_F(RunnerTest, TakesTheStagesOwnReason) {
  start(fake([](Run& run) -> asio::awaitable<ProbeResult> {
    run.enter(Phase::chain, Reason::tool_stuck);
    co_await run.clock.sleep_until(Steady::max());
    co_return ProbeResult::pass();
  }));
  clock.run_for(1h);
  EXPECT_EQ(only().result.reason, Reason::tool_stuck);
}

TEST_F(RunnerTest, DoesNotBlameTheTargetForOurOwnDelay) {
  start(fake([](Run& run) { return hang(run, Phase::queue, ""); }));
  clock.run_for(1h);
  EXPECT_EQ(only().result.verdict, Verdict::unknown);
  EXPECT_EQ(only().result.reason, Reason::internal);
}

TEST_F(RunnerTest, AValueAfterTheCancellationIsNoResult) {
  start(fake([](Run& run) -> asio::awaitable<ProbeResult> {
    run.enter(Phase::processing);
    run.evidence.received(1);
    try {
      co_await run.clock.sleep_until(Steady::max());
    } catch (const boost::system::system_error&) {
    }
    co_return ProbeResult::pass();
  }));
  clock.run_for(1h);
  EXPECT_EQ(only().result.verdict, Verdict::fail);
  EXPECT_EQ(only().result.reason, Reason::read_timeout);
}

TEST_F(RunnerTest, AResultInTheTurnOfTheDeadlineCounts) {
  start(fake([](Run& run) { return answer_after(run, 4999ms, ProbeResult::pass()); }));
  clock.run_until(began + 4s);
  clock.freeze(10s);  // both fall due while nothing runs; the answer came first
  clock.run_for(1h);
  EXPECT_EQ(only().result.verdict, Verdict::pass);
}

TEST_F(RunnerTest, AnExceptionIsOurBugAndSaysSo) {
  start(fake([](Run& run) -> asio::awaitable<ProbeResult> {
    co_await run.clock.sleep_until(run.clock.now() + 1s);
    throw std::runtime_error("index out of range");
  }));
  start(fake([](Run&) -> asio::awaitable<ProbeResult> {
    throw 42;
    co_return ProbeResult::pass();
  }));
  clock.run_for(1h);
  ASSERT_EQ(records.size(), 2U);
  for (const RunRecord& record : records) {
    EXPECT_EQ(record.result.verdict, Verdict::unknown);
    EXPECT_EQ(record.result.reason, Reason::internal);
  }
  EXPECT_EQ(records[1].result.detail, "a fault of our own: index out of range");
}

TEST_F(RunnerTest, WhatWeOurselvesLackIsNoFailureOfTheTarget) {
  start(fake([](Run&) -> asio::awaitable<ProbeResult> {
    co_return ProbeResult::fail(Failure{Reason::internal, "we are out of file descriptors"});
  }));
  clock.run_for(1h);
  EXPECT_EQ(only().result.verdict, Verdict::unknown);
  EXPECT_EQ(only().result.reason, Reason::internal);
  EXPECT_EQ(only().result.detail, "we are out of file descriptors");
}

TEST_F(RunnerTest, APassWithoutAByteIsNoPass) {
  start(fake([](Run& run) -> asio::awaitable<ProbeResult> {
    run.evidence.sent(100);
    co_return ProbeResult::pass();
  }));
  clock.run_for(1h);
  EXPECT_EQ(only().result.verdict, Verdict::unknown);
  EXPECT_EQ(only().result.reason, Reason::no_evidence);
}

TEST_F(RunnerTest, NoVerdictThatSaysItWorksIsBelievedWithoutAByte) {
  start(fake([](Run&) -> asio::awaitable<ProbeResult> { co_return ProbeResult::warn(Reason::slow, "3 s"); }));
  clock.run_for(1h);
  EXPECT_EQ(only().result.verdict, Verdict::unknown);
  EXPECT_EQ(only().result.reason, Reason::no_evidence);
  EXPECT_EQ(only().result.detail, "warned of slow without a byte received: 3 s");
}

TEST_F(RunnerTest, NeverReportsFromInsideStart) {
  asio::co_spawn(
      context,
      [](RunnerTest& test) -> asio::awaitable<void> {
        test.start(fake([](Run& run) { return answer(run, ProbeResult::pass()); }));
        EXPECT_TRUE(test.records.empty());
        co_return;
      }(*this),
      [](std::exception_ptr) {});
  clock.settle();
  EXPECT_EQ(only().result.verdict, Verdict::pass);
}

TEST_F(RunnerTest, WaitsTheGraceForACoroutineThatIgnoresItsCancellation) {
  const auto probe = fake([this](Run& run) { return ignore_cancellation(run, began + 5020ms); });
  start(probe);
  clock.run_for(1h);
  EXPECT_EQ(only().took(), 5020ms);
  EXPECT_EQ(only().result.verdict, Verdict::fail);
  EXPECT_FALSE(runner.busy(*probe));
}

TEST_F(RunnerTest, GivesUpAfterTheGraceAndRemembersTheProbeAsBusy) {
  const auto probe = fake([this](Run& run) { return ignore_cancellation(run, began + 60s); });
  start(probe);
  clock.run_for(5049ms);
  EXPECT_TRUE(records.empty());
  clock.run_for(1ms);
  EXPECT_EQ(only().took(), 5s + Runner::grace);
  EXPECT_EQ(only().result.reason, Reason::read_timeout);
  EXPECT_TRUE(runner.busy(*probe));
  EXPECT_EQ(runner.running(), 1U);
  clock.run_for(1h);
  EXPECT_EQ(records.size(), 1U);
  EXPECT_FALSE(runner.busy(*probe));
  EXPECT_EQ(runner.running(), 0U);
}

TEST_F(RunnerTest, FiveHundredDeadlinesAtOnce) {
  for (int i = 0; i < 500; ++i) start(fake([](Run& run) { return hang(run, Phase::connect, ""); }));
  clock.run_for(5s);
  ASSERT_EQ(records.size(), 500U);
  std::set<std::string> ids;
  for (const RunRecord& record : records) {
    EXPECT_EQ(record.took(), 5s);
    ids.insert(trace_id(record.id));
  }
  EXPECT_EQ(ids.size(), 500U);
  EXPECT_EQ(runner.running(), 0U);
}

TEST_F(RunnerTest, AnEarlierDeadlineOvertakesALaterOne) {
  start(fake([](Run& run) { return hang(run, Phase::connect, "late"); }), 10s);
  start(fake([](Run& run) { return hang(run, Phase::connect, "early"); }), 1s);
  start(fake([](Run& run) { return answer_after(run, 500ms, ProbeResult::pass()); }), 700ms);
  clock.run_for(1h);
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].took(), 500ms);
  EXPECT_EQ(records[1].took(), 1s);
  EXPECT_EQ(records[2].took(), 10s);
}

TEST_F(RunnerTest, DropsResultsAfterStopAndDrains) {
  start(fake([](Run& run) { return hang(run, Phase::connect, ""); }));
  start(fake([](Run& run) { return answer_after(run, 1s, ProbeResult::pass()); }));
  clock.settle();
  runner.stop();
  bool drained = false;
  asio::co_spawn(context, runner.drain(), [&](std::exception_ptr error) { drained = !error; });
  clock.settle();
  EXPECT_TRUE(drained);
  EXPECT_TRUE(records.empty());
}

}  // namespace
}  // namespace answerback::engine
