#include "probes/llm/purse.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "probes/llm/budget.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;

const Moment morning{Steady(1000h), Wall(std::chrono::sys_days(std::chrono::year(2026) / 11 / 22)) + 8h};

Moment later(Duration by, const Moment& from = morning) {
  return {from.steady + by, from.wall + std::chrono::duration_cast<Wall::duration>(by)};
}
Moment wall_stepped(Duration by, Moment at) {
  at.wall += std::chrono::duration_cast<Wall::duration>(by);
  return at;
}

LlmPurse daily(std::uint64_t tokens, Store& store) { return {"p/budget", {.per_day = tokens}, store}; }

TEST(LlmPurse, AllowsWhatFitsIn) {
  MemoryStore store;
  LlmPurse purse = daily(100, store);
  EXPECT_TRUE(purse.allows(100, morning));
  purse.settle(purse.book(50, morning), 40, morning);
  EXPECT_EQ(purse.remaining(morning), 60u);
  EXPECT_TRUE(purse.allows(60, morning));
  EXPECT_FALSE(purse.allows(61, morning));
  EXPECT_EQ(purse.state(morning), "40 of 100 tokens of this day are spent, the next within 24 h");
}

TEST(LlmPurse, TheFirstSpendingOfAWindowAlwaysFits) {
  MemoryStore store;
  LlmPurse purse = daily(1, store);
  EXPECT_TRUE(purse.allows(30, morning));
  purse.settle(purse.book(30, morning), 28, morning);
  EXPECT_FALSE(purse.allows(1, morning));
  EXPECT_EQ(purse.remaining(morning), 0u);
}

TEST(LlmPurse, WhatIsCutOffIsPaidForAndWhatIsRefusedIsNot) {
  MemoryStore store;
  LlmPurse purse = daily(100, store);
  purse.book(60, morning);
  EXPECT_FALSE(purse.allows(60, morning));
  for (int run = 0; run < 1000; ++run) purse.settle(purse.book(30, morning), 0, morning);
  EXPECT_EQ(purse.remaining(morning), 40u);
}

TEST(LlmPurse, WindowsAreCountedFromTheFirstSpending) {
  MemoryStore store;
  LlmPurse purse("p/budget", {.per_hour = 50, .per_day = 80}, store);
  purse.settle(purse.book(50, morning), 50, morning);
  EXPECT_FALSE(purse.allows(1, later(59min)));
  EXPECT_EQ(purse.state(later(59min)), "50 of 50 tokens of this hour are spent, the next within 1 min");
  EXPECT_TRUE(purse.allows(30, later(1h)));
  EXPECT_FALSE(purse.allows(31, later(1h)));
  EXPECT_FALSE(purse.allows(31, later(24h - 1s)));
  EXPECT_TRUE(purse.allows(50, later(24h)));
  EXPECT_TRUE(purse.allows(50, later(24h * 400)));
}

TEST(LlmPurse, ARestartKeepsIt) {
  MemoryStore::Values disk;
  {
    MemoryStore store(
        {}, [&](std::string_view key, const std::string& value) { disk[std::string(key)] = value; });
    LlmPurse purse = daily(100, store);
    purse.settle(purse.book(80, morning), 80, morning);
  }
  MemoryStore store(disk);
  EXPECT_EQ(daily(100, store).remaining(later(10min)), 20u);
  EXPECT_EQ(daily(100, store).remaining(later(24h)), 100u);
}

// Every way a clock can be wrong gives at most the time that has gone by.
TEST(LlmPurse, NoStepOfAClockGivesASecondBudget) {
  MemoryStore store;
  LlmPurse purse = daily(100, store);
  purse.settle(purse.book(100, morning), 100, morning);
  EXPECT_FALSE(purse.allows(1, wall_stepped(48h, later(1min))));
  EXPECT_FALSE(purse.allows(1, wall_stepped(-48h, later(1min))));
  // A reboot: the steady clock begins anew, the wall clock tells.
  EXPECT_FALSE(purse.allows(1, {Steady(1min), morning.wall + 2h}));
  EXPECT_TRUE(purse.allows(1, {Steady(1min), morning.wall + 25h}));
  EXPECT_FALSE(purse.allows(1, {Steady(1min), morning.wall - 25h}));
  // Back and forth, with something spent in between.
  Moment now = morning;
  for (int i = 0; i < 100; ++i) {
    now = wall_stepped(i % 2 == 0 ? 48h : -48h, later(1s, now));
    purse.settle(purse.book(1, now), 1, now);
  }
  EXPECT_FALSE(purse.allows(1, now));
}

TEST(LlmPurse, ABookingIsSettledInItsOwnWindow) {
  MemoryStore store;
  LlmPurse purse = daily(100, store);
  const auto booking = purse.book(60, morning);
  const Moment tomorrow = later(24h + 1min);
  purse.settle(purse.book(30, tomorrow), 30, tomorrow);
  purse.settle(booking, 10, tomorrow);
  EXPECT_EQ(purse.remaining(tomorrow), 70u);
}

TEST(LlmPurse, WhoeverHasTheSameKeySpendsTheSame) {
  MemoryStore store;
  LlmPurse one("shared:all/budget", {.per_day = 100}, store),
      other("shared:all/budget", {.per_day = 100}, store);
  const auto booking = one.book(60, morning);
  EXPECT_FALSE(other.allows(60, morning));
  one.settle(booking, 50, morning);
  other.settle(other.book(40, morning), 30, morning);
  EXPECT_EQ(one.remaining(morning), 20u);
}

TEST(LlmLedger, IsReadAsItWasWritten) {
  const LlmLedger ledger{.hour = {59min, 7, 3}, .day = {5h, 70, 0}, .seen = morning};
  const auto read = read_ledger(written(ledger));
  ASSERT_TRUE(read);
  EXPECT_EQ(written(*read), written(ledger));
  EXPECT_EQ(read->hour.spent, 7u);
  EXPECT_EQ(read->day.age, 5h);
  EXPECT_EQ(read->seen.wall, morning.wall);
}

TEST(LlmLedger, AnythingElseIsNone) {
  for (const char* text :
       {"", "1", "x", "2 1 1 1 1 1 1 1 1", "1 1 1 1 1 1 1 1", "1 1 1 1 1 1 1 1 1 1", "1 1 1 -1 1 1 1 1 1",
        "1 1 1 1 1 1 1 1 99999999999999999999", "1 9223372036854775807 1 1 1 1 1 1 1"})
    EXPECT_FALSE(read_ledger(text)) << text;
}

TEST(LlmLedger, MutatedTextNeverBreaksIt) {
  std::mt19937 random(20261128);
  const std::string good = written({.hour = {59min, 7, 3}, .day = {5h, 70, 0}, .seen = morning});
  for (int round = 0; round < 5000; ++round) {
    std::string text = good;
    for (unsigned i = 1 + random() % 4; i > 0; --i)
      text[random() % text.size()] = "0123456789 -x"[random() % 13];
    MemoryStore store({{"p/budget", text}});
    LlmPurse purse = daily(100, store);
    purse.settle(purse.book(10, morning), 10, morning);
    ASSERT_LE(purse.remaining(morning), 100u);
  }
}

// --- several purses, and the cost of one run

struct Spent {
  Evidence evidence;
  double of(Measure measure) const {
    for (const Sample& sample : evidence.samples())
      if (sample.measure == measure) return sample.value;
    return NAN;
  }
};

class StillClock final : public Clock {
 public:
  Steady now() const override { return morning.steady; }
  Wall wall() const override { return morning.wall; }
  asio::awaitable<void> sleep_until(Steady) override { throw std::logic_error("no sleeping here"); }
  std::unique_ptr<Alarm> alarm(std::function<void()>) override { throw std::logic_error("no alarms here"); }
};

const std::optional<LlmPrice> no_price;

TEST(LlmBudget, IsAsLargeAsItsSmallestPurse) {
  MemoryStore store;
  LlmBudget budget;
  EXPECT_TRUE(budget.allows(1'000'000, morning));
  budget.add(daily(100, store));
  budget.add({"shared:all/budget", {.per_day = 50}, store});
  const StillClock clock;
  Spent spent;
  {
    LlmSpending spending(budget, no_price, spent.evidence, clock, 20, 20);
    EXPECT_EQ(budget.remaining(morning), 10u);
    spending.settle(12, 5);
  }
  EXPECT_EQ(budget.remaining(morning), 33u);
  EXPECT_FALSE(budget.allows(34, morning));
  EXPECT_EQ(budget.why_not(34, morning), "17 of 50 tokens of this day are spent, the next within 24 h");
  EXPECT_EQ(spent.of(Measure::input_tokens), 12);
  EXPECT_EQ(spent.of(Measure::output_tokens), 5);
}

TEST(LlmSpending, OneThatIsNeverSettledIsPaidAtItsMost) {
  MemoryStore store;
  LlmBudget budget;
  budget.add(daily(100, store));
  const StillClock clock;
  Spent spent;
  const std::optional<LlmPrice> price = LlmPrice{.input = 1, .output = 10};
  {
    LlmSpending spending(budget, price, spent.evidence, clock, 20, 16);
  }
  EXPECT_EQ(budget.remaining(morning), 64u);
  EXPECT_EQ(spent.of(Measure::input_tokens), 20);
  EXPECT_EQ(spent.of(Measure::output_tokens), 16);
  EXPECT_DOUBLE_EQ(spent.of(Measure::cost), 180e-6);
}

}  // namespace
}  // namespace answerback::probes
