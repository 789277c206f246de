#pragma once
// Runs probes: one coroutine a run, ended at its deadline, its exceptions and its silence made into results.
// One thread.

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>

#include "model/result.h"
#include "probe/probe.h"
#include "probe/random.h"

namespace answerback::engine {

// Every run ends in exactly one call of `done`, on the loop's thread, never from inside start(); none after
// stop().
//
// At the deadline the coroutine is cancelled; its result is then what Phases say (the phase's own reason, its
// note and the time it had), never its return value. A deadline in a phase whose delay is our own (reason
// internal) is unknown, and so is an exception: our bug must not page as the target's fault. A pass
// or a warning without a byte received is unknown, no_evidence.
class Runner {
 public:
  using Done = std::function<void(RunRecord&&)>;

  // A coroutine that goes on for so long after its cancellation is reported and given up on.
  static constexpr Duration grace = std::chrono::milliseconds(50);

  Runner(asio::any_io_executor, Clock&, Random&);
  ~Runner();  // every coroutine must have ended: stop() and drain() first

  // The probe lives at least until its coroutine has ended. `deadline` is later than now.
  void start(ProbeId id, std::shared_ptr<Probe> probe, Steady deadline, Done done);

  // Ends a run as if its deadline had come, on the next turn of the loop; nothing where there is none.
  void end(const Probe&);

  // True while a coroutine of it that was given up on goes on: starting another would make runs overlap.
  bool busy(const Probe&) const;
  std::size_t running() const;  // coroutines that have not ended, given up on or not

  void stop();                    // cancels everything; results are dropped
  asio::awaitable<void> drain();  // until every coroutine has ended

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace answerback::engine
