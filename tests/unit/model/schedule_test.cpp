#include "model/schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <vector>

namespace answerback {
namespace {

using namespace std::chrono_literals;

const Steady origin{1000s};

std::vector<std::string> names(const std::string& prefix, const std::string& suffix) {
  std::vector<std::string> names;
  for (int i = 0; i < 1000; ++i) names.push_back(prefix + std::to_string(i) + suffix);
  return names;
}

TEST(FirstSlot, IsTheSameForANameInEveryBuild) {
  EXPECT_EQ(first_slot("postgres", 10s, origin, 10s), first_slot("postgres", 10s, origin, 10s));
  EXPECT_EQ((first_slot("postgres", 10s, origin, 10s) - origin).count(), 8612758497);
}

TEST(FirstSlot, SpreadsAThousandNamesEvenly) {
  for (const auto& all :
       {names("probe", ""), names("", ""), names("api-", "-eu.example.com"), names("p", "x")}) {
    std::array<int, 50> in_part{};  // 20 ms of a second each, 20 names due
    std::vector<Steady> slots;
    for (const std::string& name : all) {
      const Steady slot = first_slot(name, 1s, origin, 1s);
      ASSERT_GE(slot, origin);
      ASSERT_LT(slot, origin + 1s);
      slots.push_back(slot);
      ++in_part[static_cast<std::size_t>((slot - origin) / 20ms)];
    }
    double chi_square = 0;
    for (const int count : in_part) chi_square += (count - 20.0) * (count - 20.0) / 20.0;
    EXPECT_LT(chi_square, 85.4)
        << "an even spread is above this once in a thousand times (49 degrees of freedom)";
    std::ranges::sort(slots);
    for (std::size_t i = 0; i + 10 < slots.size(); ++i)
      ASSERT_GT(slots[i + 10] - slots[i], 300us) << "pile-up";
  }
}

TEST(FirstSlot, OfALongIntervalIsSoon) {
  for (const std::string& name : names("probe", "")) {
    const Steady slot = first_slot(name, 10min, origin, 5s);
    ASSERT_GE(slot, origin);
    ASSERT_LT(slot, origin + 5s);
  }
  EXPECT_EQ(first_slot("a", 10s, origin, 0s), origin);
}

TEST(NextSlot, FollowsTheGrid) {
  EXPECT_EQ(next_slot(origin, 10s, origin).at, origin + 10s);
  EXPECT_EQ(next_slot(origin, 10s, origin).skipped, 0u);
  EXPECT_EQ(next_slot(origin, 10s, origin + 10s).at, origin + 10s) << "due now is not past";
  EXPECT_EQ(next_slot(origin, 10s, origin + 10s).skipped, 0u);
  EXPECT_EQ(next_slot(origin, 10s, origin + 10s + 1ns).at, origin + 20s);
  EXPECT_EQ(next_slot(origin, 10s, origin + 10s + 1ns).skipped, 1u);
  EXPECT_EQ(next_slot(origin, 10s, origin + 35s).at, origin + 40s);
  EXPECT_EQ(next_slot(origin, 10s, origin + 35s).skipped, 3u);
  EXPECT_EQ(next_slot(origin, 10s, origin - 5s).at, origin + 10s) << "a slot run early is not run again";
}

TEST(NextSlot, AgreesWithWalkingTheGrid) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const Duration interval(static_cast<Duration::rep>(1 + random() % 50));
    const Steady now = origin + Duration(static_cast<Duration::rep>(random() % 500));
    Steady walked = origin + interval;
    std::uint64_t skipped = 0;
    for (; walked < now; walked += interval) ++skipped;
    const Slot slot = next_slot(origin, interval, now);
    ASSERT_EQ(slot.at, walked);
    ASSERT_EQ(slot.skipped, skipped);
  }
}

TEST(NextSlot, AfterAFreezeOfDaysIsAtOnce) {
  const Slot slot = next_slot(origin, 1ms, origin + 24h * 30 + 1ns);
  EXPECT_EQ(slot.at, origin + 24h * 30 + 1ms);
  EXPECT_EQ(slot.skipped, 2'592'000'000u);
}

}  // namespace
}  // namespace answerback
