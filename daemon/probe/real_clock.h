#pragma once
// The time of the machine, by timers of the loop.

#include <boost/asio/any_io_executor.hpp>

#include "probe/clock.h"

namespace answerback {

class RealClock final : public Clock {
 public:
  explicit RealClock(asio::any_io_executor executor) : executor_(std::move(executor)) {}

  Steady now() const override { return std::chrono::steady_clock::now(); }
  Wall wall() const override { return std::chrono::system_clock::now(); }
  asio::awaitable<void> sleep_until(Steady) override;
  std::unique_ptr<Alarm> alarm(std::function<void()> ring) override;

 private:
  asio::any_io_executor executor_;
};

}  // namespace answerback
