#pragma once
// A loop with the real clock, and runs on it.

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "probe/real_clock.h"
#include "probe/run.h"

namespace answerback::test {

struct OneRun {
  explicit OneRun(Clock& clock) : run{clock, clock.now() + std::chrono::seconds(10), phases, evidence, {}} {}
  Phases phases;
  Evidence evidence;
  Run run;
};

// What became of a coroutine that was spawned.
template <class T>
struct Outcome {
  std::optional<T> value;
  std::exception_ptr error;
  boost::asio::cancellation_signal cancel;
  Duration took{};
  bool done = false;
  bool ended() const { return done; }
};

struct Loop {
  boost::asio::io_context context{1};
  RealClock clock{context.get_executor()};

  template <class T>
  std::shared_ptr<Outcome<T>> spawn(boost::asio::awaitable<T> work) {
    auto outcome = std::make_shared<Outcome<T>>();
    const Steady began = clock.now();
    boost::asio::co_spawn(context, keep(std::move(work), outcome),
                          boost::asio::bind_cancellation_slot(
                              outcome->cancel.slot(), [this, outcome, began](std::exception_ptr error) {
                                outcome->took = clock.now() - began;
                                outcome->error = error;
                                outcome->done = true;
                              }));
    return outcome;
  }
  template <class T>
  static boost::asio::awaitable<void> keep(boost::asio::awaitable<T> work,
                                           std::shared_ptr<Outcome<T>> outcome) {
    outcome->value.emplace(co_await std::move(work));
  }

  template <class T>
  void run_until_ended(const std::shared_ptr<Outcome<T>>& outcome, Duration most = std::chrono::seconds(20)) {
    const Steady until = clock.now() + most;
    context.restart();
    while (!outcome->ended() && clock.now() < until) context.run_one_until(until);
  }

  void run_for(Duration d) {
    context.restart();
    context.run_for(d);
  }

  template <class T>
  T finish(boost::asio::awaitable<T> work) {
    const auto outcome = spawn(std::move(work));
    run_until_ended(outcome);
    if (outcome->error) std::rethrow_exception(outcome->error);
    return std::move(outcome->value).value();
  }
};

}  // namespace answerback::test
