#include "engine/task_group.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <stdexcept>

#include "unit/engine/support.h"

namespace answerback::engine {
namespace {

struct TaskGroupTest : testing::Test {
  asio::io_context context;
  SimClock clock{context};
  TaskGroup group{context.get_executor()};
  bool drained = false;

  void drain() {
    asio::co_spawn(context, group.drain(), [this](std::exception_ptr error) { drained = !error; });
  }
};

asio::awaitable<void> sleep(Clock& clock, Duration d) { co_await clock.sleep_until(clock.now() + d); }

asio::awaitable<void> throw_after(Clock& clock, Duration d) {
  co_await clock.sleep_until(clock.now() + d);
  throw std::runtime_error("a bug");
}

TEST_F(TaskGroupTest, DrainsWhenTheLastHasEnded) {
  group.spawn(sleep(clock, 1s));
  group.spawn(sleep(clock, 2s));
  drain();
  clock.run_for(1s);
  EXPECT_EQ(group.size(), 1U);
  EXPECT_FALSE(drained);
  clock.run_for(1s);
  EXPECT_TRUE(drained);
}

TEST_F(TaskGroupTest, DrainsAtOnceWhenEmpty) {
  drain();
  clock.settle();
  EXPECT_TRUE(drained);
}

TEST_F(TaskGroupTest, StopsAll) {
  for (int i = 0; i < 100; ++i) group.spawn(sleep(clock, 1h));
  clock.settle();
  group.stop();
  drain();
  clock.settle();
  EXPECT_TRUE(drained);
}

TEST_F(TaskGroupTest, CancelsOneAlone) {
  group.spawn(sleep(clock, 1s));
  TaskGroup::Task& one = group.spawn(sleep(clock, 1h));
  clock.settle();
  one.cancel();
  clock.settle();
  EXPECT_EQ(group.size(), 1U);
  clock.run_for(1s);
  EXPECT_EQ(group.size(), 0U);
}

TEST_F(TaskGroupTest, LetsABugComeOutOfTheLoop) {
  group.spawn(throw_after(clock, 1s));
  EXPECT_THROW(clock.run_for(1h), std::runtime_error);
  EXPECT_EQ(group.size(), 0U);
}

}  // namespace
}  // namespace answerback::engine
