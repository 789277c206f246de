#include "model/duration.h"

#include <gtest/gtest.h>

#include <limits>

#include "model/time.h"

namespace answerback {
namespace {

using namespace std::chrono_literals;

static_assert(held_seconds(1.5) == 1500ms);
static_assert(held_seconds(253402300799.0) > 291 * 8766h, "the year 9999");
static_assert(held_seconds(-1e300) < -291 * 8766h);
static_assert(held_seconds(std::numeric_limits<double>::quiet_NaN()) == 0s);
static_assert(held_wall(1'795'000'000).time_since_epoch() == 1'795'000'000s);

TEST(Duration, ErrorsSayHowToWriteIt) {
  for (const char* wrong : {"", "5", "1.5s", "five", "-1s", "5 s", "99999999999999999999s", "4000d"}) {
    EXPECT_FALSE(parse_duration(wrong)) << wrong;
  }
  EXPECT_EQ(parse_duration("5").error(), "the unit is missing: write 5s or 5ms");
  EXPECT_EQ(parse_duration("1h30m"), 90min);
}

TEST(Duration, RoughlyIsTheTwoLargestUnits) {
  EXPECT_EQ(roughly(0s), "0s");
  EXPECT_EQ(roughly(-5s), "0s");
  EXPECT_EQ(roughly(999us), "0s");
  EXPECT_EQ(roughly(450ms), "450ms");
  EXPECT_EQ(roughly(12s + 450ms), "12s");
  EXPECT_EQ(roughly(8min + 30s), "8m 30s");
  EXPECT_EQ(roughly(8min), "8m");
  EXPECT_EQ(roughly(51h + 59min), "2d 3h");
  EXPECT_EQ(roughly(48h + 59min), "2d");
}

}  // namespace
}  // namespace answerback
