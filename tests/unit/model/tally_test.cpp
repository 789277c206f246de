#include "model/tally.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <tuple>

namespace answerback {
namespace {

using namespace std::chrono_literals;

TEST(Histogram, AnEdgeBelongsToTheBucketBelowIt) {
  static constexpr std::array edges{1.0, 2.0};
  Histogram histogram(edges);
  for (const double value : {0.5, 1.0, 1.5, 2.0, 2.5, 1000.0}) histogram.observe(value);
  EXPECT_EQ(std::vector(histogram.counts().begin(), histogram.counts().end()),
            (std::vector<std::uint64_t>{2, 2, 2}));
  EXPECT_EQ(histogram.count(), 6u);
  EXPECT_DOUBLE_EQ(histogram.sum(), 1007.5);
}

TEST(Histogram, IsNotSpoiltByWhatIsNoNumber) {
  Histogram histogram(duration_edges);
  histogram.observe(std::nan(""));
  histogram.observe(std::numeric_limits<double>::infinity());
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.sum(), 0);
}

TEST(Histogram, RemembersTheNewestRunOfEachBucket) {
  static constexpr std::array edges{1.0, 2.0};
  Histogram histogram(edges);
  const auto run = [](std::uint8_t n) { return RunId{.trace = {n}, .span = {n}}; };
  const auto at = [](int second) { return Wall(std::chrono::seconds(second)); };
  histogram.observe(0.5);
  EXPECT_TRUE(histogram.exemplars().empty()) << "nobody's run";
  histogram.observe(0.6, run(1), at(1));
  histogram.observe(9.0, run(2), at(2));
  histogram.observe(1.0, run(3), at(3));
  histogram.observe(std::nan(""), run(4), at(4));
  const auto seen = histogram.exemplars();
  ASSERT_EQ(seen.size(), 2u) << "a bucket that was never met costs nothing";
  EXPECT_EQ(std::tie(seen[0].bucket, seen[0].run.trace[0], seen[0].value), std::tuple(0u, 3, 1.0));
  EXPECT_EQ(std::tie(seen[1].bucket, seen[1].run.trace[0], seen[1].value), std::tuple(2u, 2, 9.0));
  EXPECT_EQ(seen[0].at, at(3));
  for (int i = 0; i < 1000; ++i) histogram.observe(i % 4, run(5), at(5));
  EXPECT_EQ(histogram.exemplars().size(), 3u);
  EXPECT_EQ(histogram.count(), 1004u);
}

RunRecord run(ProbeResult result, Duration took) {
  RunRecord record;
  record.result = std::move(result);
  record.ended = record.started + took;
  return record;
}

TEST(Tally, CountsRunsByVerdictAndReasonFailedOnesIncluded) {
  Tally tally;
  tally.count(run(ProbeResult::pass(), 3ms));
  tally.count(run(ProbeResult::pass(), 4ms));
  tally.count(run(ProbeResult::fail(Reason::reset, "reset"), 90s));
  tally.count(run(ProbeResult::unknown(Reason::no_evidence, "nothing"), 1ms));
  EXPECT_EQ((tally.runs[{Verdict::pass, Reason::none}].count), 2u);
  EXPECT_EQ((tally.runs[{Verdict::fail, Reason::reset}].count), 1u);
  EXPECT_EQ((tally.runs[{Verdict::unknown, Reason::no_evidence}].count), 1u);
  EXPECT_EQ(tally.duration.count(), 4u);
  EXPECT_EQ(tally.duration.counts().back(), 1u);
  EXPECT_DOUBLE_EQ(tally.duration.sum(), 90.008);
}

TEST(Tally, RemembersTheNewestRunOfEachKind) {
  Tally tally;
  RunRecord good = run(ProbeResult::pass(), 3ms), bad = run(ProbeResult::fail(Reason::reset, "reset"), 20ms);
  good.id.trace = {1}, bad.id.trace = {2};
  bad.began = Wall(10s);
  bad.samples = {{Measure::stage_duration, 0.01, "agent_started"}, {Measure::time_to_first_token, 0.3, ""}};
  tally.count(bad);
  tally.count(good);
  const Exemplar& failed = tally.runs.at({Verdict::fail, Reason::reset}).newest;
  EXPECT_EQ(failed.run.trace, bad.id.trace) << "a run that passed does not hide it";
  EXPECT_EQ(failed.at, Wall(10s + 20ms)) << "when it ended";
  EXPECT_EQ((tally.runs.at({Verdict::pass, Reason::none}).newest.run.trace), good.id.trace);
  EXPECT_EQ(tally.duration.exemplars().size(), 2u);
  for (const auto& exemplars :
       {tally.stages.at("agent_started").exemplars(), tally.first_token.exemplars()}) {
    ASSERT_EQ(exemplars.size(), 1u);
    EXPECT_EQ(exemplars[0].run.trace, bad.id.trace);
  }
}

TEST(Tally, AddsUpTokensAndStages) {
  Tally tally;
  RunRecord record = run(ProbeResult::pass(), 1s);
  record.samples = {{Measure::input_tokens, 12, ""},
                    {Measure::output_tokens, 5, ""},
                    {Measure::output_tokens, -7, ""},
                    {Measure::output_tokens, std::nan(""), ""},
                    {Measure::stage_duration, 0.2, "agent_started"},
                    {Measure::stage_duration, 3, "tool_executing"}};
  tally.count(record);
  tally.count(record);
  EXPECT_EQ(tally.input_tokens, 24u);
  EXPECT_EQ(tally.output_tokens, 10u);
  ASSERT_EQ(tally.stages.size(), 2u);
  EXPECT_EQ(tally.stages.at("agent_started").count(), 2u);
  EXPECT_DOUBLE_EQ(tally.stages.at("tool_executing").sum(), 6);

  record.samples = {
      {Measure::cost, 0.25, ""}, {Measure::cost, -1, ""}, {Measure::time_to_first_token, 0.3, ""}};
  tally.count(record);
  tally.count(record);
  EXPECT_DOUBLE_EQ(tally.cost, 0.5);
  EXPECT_EQ(tally.first_token.count(), 2u);
  EXPECT_EQ(tally.first_token.counts()[5], 2u) << "up to 0.32, as OpenTelemetry has it";

  record.samples = {{Measure::input_tokens, 1e300, ""}};
  tally.count(record);
  EXPECT_EQ(tally.input_tokens, 24u + 1'000'000'000'000'000u) << "a peer may claim any number";
}

}  // namespace
}  // namespace answerback
