#include "probe/real_clock.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <vector>

namespace answerback {
namespace {

using namespace std::chrono_literals;

struct RealClockTest : testing::Test {
  asio::io_context context;
  RealClock clock{context.get_executor()};
};

TEST_F(RealClockTest, RingsOnceForEachSettingNotBeforeItsTime) {
  std::vector<Steady> rings;
  const auto alarm = clock.alarm([&] { rings.push_back(clock.now()); });
  const auto at = clock.now() + 2ms;
  alarm->set(clock.now() + 1h);
  alarm->set(at);
  context.run();
  ASSERT_EQ(rings.size(), 1U);
  EXPECT_GE(rings[0], at);
}

TEST_F(RealClockTest, RingsForATimeAlreadyPastButNotInsideSet) {
  int rings = 0;
  const auto alarm = clock.alarm([&] { ++rings; });
  alarm->set(clock.now() - 1h);
  EXPECT_EQ(rings, 0);
  context.run();
  EXPECT_EQ(rings, 1);
}

TEST_F(RealClockTest, DoesNotRingForAnExpiryThatWasCancelledOnItsWay) {
  int rings = 0;
  std::unique_ptr<Alarm> second;
  const auto first =
      clock.alarm([&] { second.reset(); });  // both have expired; the first one takes the second away
  second = clock.alarm([&] { ++rings; });
  first->set(clock.now() - 2s);
  second->set(clock.now() - 1s);
  context.run();
  EXPECT_EQ(rings, 0);
}

TEST_F(RealClockTest, MayBeDestroyedByItsOwnRing) {
  std::unique_ptr<Alarm> alarm;
  bool rang = false;
  alarm = clock.alarm([&alarm, &rang, kept = std::make_shared<int>(7)] {
    alarm.reset();
    rang = *kept == 7;
  });
  alarm->set(clock.now());
  context.run();
  EXPECT_TRUE(rang);
}

TEST_F(RealClockTest, SleepsUntil) {
  const auto at = clock.now() + 2ms;
  Steady woke{};
  asio::co_spawn(
      context,
      [](Clock& c, Steady until, Steady& out) -> asio::awaitable<void> {
        co_await c.sleep_until(until);
        out = c.now();
      }(clock, at, woke),
      [](std::exception_ptr) {});
  context.run();
  EXPECT_GE(woke, at);
}

}  // namespace
}  // namespace answerback
