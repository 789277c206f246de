#include "model/phases.h"

#include <gtest/gtest.h>

namespace answerback {
namespace {

using namespace std::chrono_literals;

TEST(Phases, AccountForEveryMomentOfARun) {
  const Steady start{100s};
  Phases phases;
  EXPECT_EQ(phases.current(), Phase::prepare);
  EXPECT_EQ(phases.late(), Reason::internal);
  phases.enter(Phase::resolve, start);
  phases.enter(Phase::connect, start + 2ms);
  phases.note("10.0.0.7:5432");
  EXPECT_EQ(phases.late(), Reason::connect_timeout);
  phases.enter(Phase::processing, start + 5ms, Reason::tool_stuck);
  EXPECT_EQ(phases.note(), "");
  EXPECT_EQ(phases.late(), Reason::tool_stuck);
  phases.enter(Phase::connect, start + 6ms);
  phases.end(start + 10ms);
  phases.end(start + 20ms);
  EXPECT_EQ(phases.current(), Phase::connect);

  const std::vector<PhaseTime> times = phases.take();
  ASSERT_EQ(times.size(), 4u);
  EXPECT_EQ(times[0].took, 2ms);
  EXPECT_EQ(times[1].took, 3ms);
  EXPECT_EQ(times[2].took, 1ms);
  EXPECT_EQ(times[3].phase, Phase::connect);
  EXPECT_EQ(times[3].began, start + 6ms);
  EXPECT_EQ(times[3].took, 4ms);
}

TEST(Phases, EndedWithoutBeginningHaveNoTimes) {
  Phases phases;
  phases.end(Steady{});
  EXPECT_TRUE(phases.times().empty());
}

}  // namespace
}  // namespace answerback
