#pragma once
// The running whole: scheduler -> runner -> pipeline -> sinks and board, on one thread of one loop.

#include <boost/asio/any_io_executor.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/plan.h"
#include "model/restored.h"
#include "probe/probe.h"
#include "probe/random.h"
#include "sinks/board.h"
#include "sinks/sink.h"

namespace answerback::engine {

class Engine {
 public:
  // A snapshot is hung on the board when something has changed and the last one is so old: a transition
  // hurries, yet a storm of them is not judged one by one.
  static constexpr Duration publish_every = std::chrono::milliseconds(50);
  static constexpr Duration publish_urgent = std::chrono::milliseconds(10);

  // Everything handed in outlives the engine; sinks are called in this order.
  Engine(asio::any_io_executor, Clock&, Random&, std::vector<sinks::Sink*>, sinks::Board&);
  ~Engine();  // never started, or stopped and drained

  // `probes` as Plan::probes. The first snapshot hangs on the board when start() returns.
  void start(std::shared_ptr<const Plan>, std::vector<std::shared_ptr<Probe>> probes, Restored = {});
  void replace(std::shared_ptr<const Plan>, std::vector<std::shared_ptr<Probe>> probes);
  void reload_failed(std::string error);
  bool run_now(std::string_view probe);  // false if there is none of that name or it is running

  void stop();                    // cancels the runs; their results are dropped
  asio::awaitable<void> drain();  // until the last run has ended

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace answerback::engine
