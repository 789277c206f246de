#include "engine/stall_guard.h"

#include <gtest/gtest.h>

namespace answerback::engine {
namespace {

using namespace std::chrono_literals;

TEST(StallGuard, LooksFromTheBeginning) {
  StallGuard guard;
  const Steady t(1h);
  EXPECT_TRUE(guard.looking(t));
  EXPECT_TRUE(guard.judges(t));
  EXPECT_FALSE(guard.beat(t)) << "the first beat has no gap before it";
  EXPECT_TRUE(guard.looking(t));
}

TEST(StallGuard, AGapIsAStallOnlyAboveTheLimit) {
  StallGuard guard;
  const Steady t(1h);
  guard.beat(t);
  EXPECT_FALSE(guard.beat(t + 1s));
  EXPECT_TRUE(guard.beat(t + 2s + 1ms));
  EXPECT_EQ(guard.stalls(), 1U);
  EXPECT_EQ(guard.last_stall(), 1s + 1ms);
}

TEST(StallGuard, DoesNotLookUntilRecoveryIsOver) {
  StallGuard guard;
  const Steady t(1h), end = t + 30s;
  guard.beat(t);
  guard.beat(end);
  EXPECT_FALSE(guard.looking(end));
  EXPECT_FALSE(guard.looking(end + 1999ms));
  EXPECT_TRUE(guard.looking(end + 2s));
  EXPECT_FALSE(guard.judges(t)) << "a run that spans the stall";
  EXPECT_FALSE(guard.judges(end + 1s)) << "a run begun while the caches are cold";
  EXPECT_TRUE(guard.judges(end + 2s));
}

}  // namespace
}  // namespace answerback::engine
