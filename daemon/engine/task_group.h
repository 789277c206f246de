#pragma once
// Coroutines that are owned: spawned, stopped, waited for. Nothing is ever detached. One thread.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <list>

namespace answerback::engine {

namespace asio = boost::asio;

class TaskGroup {
 public:
  explicit TaskGroup(asio::any_io_executor);
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  ~TaskGroup();  // no task may be left: stop() and drain() first

  class Task {
   public:
    void cancel() { signal_.emit(asio::cancellation_type::terminal); }

   private:
    friend TaskGroup;
    asio::cancellation_signal signal_;
  };

  // Runs to its first suspension before this returns. The Task is there until the coroutine has ended. An
  // exception that leaves the coroutine is a bug and comes out of the loop, except for operation_aborted.
  Task& spawn(asio::awaitable<void>);

  void stop();                    // cancels all there are; later ones are spawned as ever
  asio::awaitable<void> drain();  // until none is left; must not be awaited by a task of this group
  std::size_t size() const { return running_.size(); }

 private:
  using Tasks = std::list<Task>;
  void ended(Tasks::iterator, std::exception_ptr);

  asio::any_io_executor executor_;
  Tasks running_, spare_;  // the nodes of those that have ended are used again
  asio::steady_timer none_left_;
};

}  // namespace answerback::engine
