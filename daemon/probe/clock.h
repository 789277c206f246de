#pragma once
// Time, handed in. The real one is an asio timer; the simulated one (tests/support/sim_clock.h) runs a day in
// seconds.

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>

#include "model/time.h"

namespace answerback {

namespace asio = boost::asio;

// Rings once for each set(); set() again moves it, cancel() or destruction silences it. Used on the loop's
// thread only.
class Alarm {
 public:
  virtual ~Alarm() = default;
  virtual void set(Steady) = 0;
  virtual void cancel() = 0;
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Steady now() const = 0;
  virtual Wall wall() const = 0;
  // Ends early with operation_aborted (as an exception) when the coroutine is cancelled.
  virtual asio::awaitable<void> sleep_until(Steady) = 0;
  virtual std::unique_ptr<Alarm> alarm(std::function<void()> ring) = 0;
};

}  // namespace answerback
