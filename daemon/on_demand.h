#pragma once
// Where a request to /probe becomes a run on the engine's loop, and the run an answer on the port's thread.
// Runs have a runner of their own: nothing of them reaches health, counts or schedule, and only so many are
// under way at once.

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <mutex>

#include "blackbox/settings.h"
#include "engine/runner.h"
#include "http/message.h"
#include "probe/probe.h"

namespace answerback {

class OnDemand {
 public:
  // All outlive it. Destroyed after stop() and drain(), or where nothing was ever asked.
  OnDemand(asio::io_context& loop, Clock&, Random&, Services&);

  void use(blackbox::Settings);  // any thread; runs under way keep what they began with

  // On the port's thread. 400 and 403 as blackbox/asking.h, 503 with Retry-After where as many run as may be;
  // else an answer that comes with the end of the run. A client that goes ends its run.
  http::Response answer(const http::Request&);

  // On the loop.
  void stop();
  asio::awaitable<void> drain();

 private:
  struct Visit;
  class Waiting;
  void begin(const std::shared_ptr<Visit>&);

  asio::io_context& loop_;
  Clock& clock_;
  Services& services_;
  engine::Runner runner_;
  std::mutex mutex_;
  std::shared_ptr<const blackbox::Settings> settings_ = std::make_shared<const blackbox::Settings>();
  std::atomic<int> running_ = 0;
};

}  // namespace answerback
