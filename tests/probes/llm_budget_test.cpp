#include "probes/llm_budget.h"

#include <gtest/gtest.h>

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;

const Steady morning(1000h);

TEST(LlmBudget, AllowsRunsUntilTheNextWouldNotFit) {
  LlmBudget budget(100, 30);
  int runs = 0;
  for (; budget.allows_another(morning); ++runs) {
    budget.book(morning);
    budget.settle(40);
  }
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(budget.spent(), 80u);
  EXPECT_EQ(budget.remaining(), 20u);
}

TEST(LlmBudget, TheFirstRunOfADayAlwaysFits) {
  LlmBudget budget(1, 30);
  EXPECT_TRUE(budget.allows_another(morning));
  budget.book(morning);
  budget.settle(28);
  EXPECT_FALSE(budget.allows_another(morning));
  EXPECT_EQ(budget.remaining(), 0u);
}

TEST(LlmBudget, ARunThatIsCutOffIsPaidFor) {
  LlmBudget budget(100, 60);
  budget.book(morning);
  EXPECT_EQ(budget.spent(), 60u);
  EXPECT_FALSE(budget.allows_another(morning));
}

TEST(LlmBudget, ARefusedRunCostsNothing) {
  LlmBudget budget(100, 60);
  for (int run = 0; run < 1000; ++run) {
    ASSERT_TRUE(budget.allows_another(morning));
    budget.book(morning);
    budget.settle(0);
  }
  EXPECT_EQ(budget.spent(), 0u);
}

TEST(LlmBudget, EachDayIsCountedFromTheFirstLook) {
  LlmBudget budget(50, 30);
  EXPECT_TRUE(budget.allows_another(morning));
  budget.book(morning);
  budget.settle(30);
  EXPECT_FALSE(budget.allows_another(morning + 24h - 1s));
  EXPECT_EQ(budget.until_next_day(morning + 23h), 1h);
  EXPECT_TRUE(budget.allows_another(morning + 24h));
  budget.book(morning + 24h);
  budget.settle(30);
  EXPECT_TRUE(budget.allows_another(morning + 24h * 7 + 1h));
  EXPECT_EQ(budget.until_next_day(morning + 24h * 7 + 1h), 23h);
}

}  // namespace
}  // namespace answerback::probes
