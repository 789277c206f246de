#include "probe/random.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <set>
#include <vector>

namespace answerback {
namespace {

class Scripted final : public Random {
 public:
  explicit Scripted(std::vector<std::uint64_t> script) : script_(std::move(script)) {}
  std::uint64_t bits() override { return script_.at(used++); }
  std::size_t used = 0;

 private:
  std::vector<std::uint64_t> script_;
};

TEST(Random, BelowStaysBelow) {
  SystemRandom random;
  std::array<int, 6> seen{};
  for (int i = 0; i < 6000; ++i) ++seen.at(random.below(6));
  for (const int n : seen) EXPECT_NEAR(n, 1000, 250);  // 250 is more than eight standard deviations
  EXPECT_EQ(random.below(1), 0U);
}

TEST(Random, BelowRejectsTheUnevenRest) {
  // 2^64 modulo 2^63+1 is 2^63-1: smaller draws are thrown away.
  constexpr auto bound = (std::uint64_t{1} << 63U) + 1;
  Scripted random({0, bound - 3, bound - 2, std::numeric_limits<std::uint64_t>::max()});
  EXPECT_EQ(random.below(bound), bound - 2);
  EXPECT_EQ(random.used, 3U);
  EXPECT_EQ(random.below(bound), bound - 3);
}

TEST(SystemRandom, DoesNotRepeatItself) {
  SystemRandom random, other;
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert({random.bits(), other.bits()});
  EXPECT_EQ(seen.size(), 2000U);
}

}  // namespace
}  // namespace answerback
