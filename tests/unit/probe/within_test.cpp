#include "probe/within.h"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <memory>
#include <stdexcept>
#include <string>

#include "support/sim_clock.h"

namespace answerback {
namespace {

using namespace std::chrono_literals;
using boost::system::system_error;

class Within : public testing::Test {
 protected:
  // Runs `body` to its end or for an hour; what it threw stays in `error`.
  void go(asio::awaitable<void> body) {
    asio::co_spawn(context, std::move(body),
                   asio::bind_cancellation_slot(caller.slot(), [this](std::exception_ptr e) {
                     done = true;
                     error = e;
                     ended = clock.now();
                   }));
  }
  bool aborted() const {
    try {
      if (error) std::rethrow_exception(error);
    } catch (const system_error& e) {
      return e.code() == asio::error::operation_aborted;
    } catch (...) {
    }
    return false;
  }

  asio::io_context context;
  SimClock clock{context};
  asio::cancellation_signal caller;
  Steady began = clock.now(), ended{};
  bool done = false;
  std::exception_ptr error;
};

struct NoDefault {
  explicit NoDefault(std::string t) : text(std::move(t)) {}
  std::string text;
};

asio::awaitable<NoDefault> answer_after(Clock& clock, Duration d) {
  co_await clock.sleep_until(clock.now() + d);
  co_return NoDefault("answer");
}

asio::awaitable<std::string> swallow_cancellation(Clock& clock, Duration d, bool& cancelled) {
  try {
    co_await clock.sleep_until(clock.now() + d);
  } catch (const system_error&) {
    cancelled = true;
  }
  co_return "value of a cancelled operation";
}

asio::awaitable<void> go_on_after_cancellation(Clock& clock, Duration more) {
  co_await asio::this_coro::throw_if_cancelled(false);
  try {
    co_await clock.sleep_until(Steady::max());
  } catch (const system_error&) {
  }
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await clock.sleep_until(clock.now() + more);
}

asio::awaitable<void> fail_after(Clock& clock, Duration d) {
  co_await clock.sleep_until(clock.now() + d);
  throw std::runtime_error("a bug");
}

TEST_F(Within, GivesTheValueOfAnOperationThatIsInTime) {
  std::optional<NoDefault> got;
  go([](Clock& c, std::optional<NoDefault>& out) -> asio::awaitable<void> {
    out = co_await within(c, c.now() + 2s, answer_after(c, 1s));
  }(clock, got));
  clock.run_for(1h);
  ASSERT_TRUE(done && !error);
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->text, "answer");
  EXPECT_EQ(ended - began, 1s);
}

TEST_F(Within, CancelsAtTheTimeAndGivesNothing) {
  std::optional<std::string> got = "before";
  bool cancelled = false;
  go([](Clock& c, std::optional<std::string>& out, bool& was) -> asio::awaitable<void> {
    out = co_await within(c, c.now() + 2s, swallow_cancellation(c, 10s, was));
  }(clock, got, cancelled));
  clock.run_for(1h);
  ASSERT_TRUE(done && !error);
  EXPECT_TRUE(cancelled);
  EXPECT_FALSE(got.has_value()) << "a value made after the cancellation is no answer in time";
  EXPECT_EQ(ended - began, 2s);
}

TEST_F(Within, WaitsForTheCancelledOperationToEnd) {
  bool in_time = true;
  go([](Clock& c, bool& out) -> asio::awaitable<void> {
    out = co_await within(c, c.now() + 2s, go_on_after_cancellation(c, 3s));
  }(clock, in_time));
  clock.run_for(1h);
  ASSERT_TRUE(done && !error);
  EXPECT_FALSE(in_time);
  EXPECT_EQ(ended - began, 5s);
}

TEST_F(Within, LetsExceptionsOfTheOperationPass) {
  go([](Clock& c) -> asio::awaitable<void> {
    (void)co_await within(c, c.now() + 2s, fail_after(c, 1s));
  }(clock));
  clock.run_for(1h);
  ASSERT_TRUE(done && error);
  EXPECT_THROW(std::rethrow_exception(error), std::runtime_error);
}

TEST_F(Within, LetsASystemErrorPassThatIsNotOfTheCancellation) {
  go([](Clock& c) -> asio::awaitable<void> {
    (void)co_await within(c, c.now() + 2s, []() -> asio::awaitable<void> {
      throw system_error(asio::error::connection_reset);
      co_return;
    }());
  }(clock));
  clock.run_for(1h);
  ASSERT_TRUE(done && error);
  EXPECT_THROW(std::rethrow_exception(error), system_error);
  EXPECT_FALSE(aborted());
}

TEST_F(Within, HandsOnTheCancellationOfTheCaller) {
  bool cancelled = false;
  go([](Clock& c, bool& was) -> asio::awaitable<void> {
    (void)co_await within(c, c.now() + 10s, swallow_cancellation(c, 5s, was));
  }(clock, cancelled));
  clock.run_for(1s);
  caller.emit(asio::cancellation_type::terminal);
  clock.run_for(1h);
  ASSERT_TRUE(done);
  EXPECT_TRUE(cancelled);
  EXPECT_TRUE(aborted());
  EXPECT_EQ(ended - began, 1s);
}

TEST_F(Within, IsUsableInsideItself) {
  std::optional<std::optional<NoDefault>> got;
  go([](Clock& c, std::optional<std::optional<NoDefault>>& out) -> asio::awaitable<void> {
    out = co_await within(c, c.now() + 1s, within(c, c.now() + 10s, answer_after(c, 20s)));
  }(clock, got));
  clock.run_for(1h);
  ASSERT_TRUE(done && !error);
  EXPECT_FALSE(got.has_value());
  EXPECT_EQ(ended - began, 1s);
}

TEST_F(Within, LeavesTheCallerAbleToWaitAndToBeCancelled) {
  go([](Clock& c) -> asio::awaitable<void> {
    bool cancelled = false;
    (void)co_await within(c, c.now() + 1s, swallow_cancellation(c, 5s, cancelled));
    co_await c.sleep_until(c.now() + 1s);
    co_await c.sleep_until(c.now() + 10s);
  }(clock));
  clock.run_for(3s);
  EXPECT_FALSE(done);
  caller.emit(asio::cancellation_type::terminal);
  clock.settle();
  ASSERT_TRUE(done);
  EXPECT_TRUE(aborted());
}

TEST_F(Within, BothTakeAsLongAsTheLonger) {
  int ended_ones = 0;
  const auto wait = [&](Duration d) -> asio::awaitable<void> {
    co_await clock.sleep_until(clock.now() + d);
    ++ended_ones;
  };
  go(both(wait(2s), wait(5s)));
  clock.run_for(1h);
  EXPECT_TRUE(done && !error);
  EXPECT_EQ(ended_ones, 2);
  EXPECT_EQ(ended - began, 5s);
}

TEST_F(Within, BothEndWhereOneThrowsOrTheCallerIsCancelled) {
  const auto wait = [&](Duration d) -> asio::awaitable<void> { co_await clock.sleep_until(clock.now() + d); };
  const auto give_up = [&]() -> asio::awaitable<void> {
    co_await wait(1s);
    throw std::runtime_error("enough");
  };
  go(both(give_up(), wait(1h)));
  clock.run_for(1min);
  EXPECT_TRUE(done);
  EXPECT_EQ(ended - began, 1s);
  EXPECT_THROW(std::rethrow_exception(error), std::runtime_error);

  done = false;
  go(both(wait(1h), wait(1h)));
  clock.run_for(1s);
  EXPECT_FALSE(done);
  caller.emit(asio::cancellation_type::terminal);
  clock.run_for(1s);
  EXPECT_TRUE(done && aborted());
}

}  // namespace
}  // namespace answerback
