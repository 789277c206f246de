#pragma once
// The coroutines that are running: spawned, and stopped together. Nothing is detached. One thread.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>

namespace demo {

namespace asio = boost::asio;

class Tasks {
 public:
  explicit Tasks(asio::any_io_executor);
  // A coroutine that throws has ended; only a connection was lost.
  void spawn(asio::awaitable<void>);
  void stop();  // once: cancels all; they end in the next turns of the loop, or with its context

 private:
  struct State;
  asio::any_io_executor executor_;
  std::shared_ptr<State> state_;
};

// Lets time go by. True: it did; false: cancelled.
asio::awaitable<bool> pause(std::chrono::milliseconds);

}  // namespace demo
