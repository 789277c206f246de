#include "platform/tasks.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <list>

namespace demo {

struct Tasks::State {
  std::list<asio::cancellation_signal> running;
  bool stopped =
      false;  // co_spawn may only now be passing the signals on: they stay, though their coroutines end
};

Tasks::Tasks(asio::any_io_executor executor)
    : executor_(std::move(executor)), state_(std::make_shared<State>()) {}

void Tasks::spawn(asio::awaitable<void> work) {
  const auto task = state_->running.emplace(state_->running.end());
  const auto ended = [state = state_, task](std::exception_ptr) {
    if (!state->stopped) state->running.erase(task);
  };
  asio::co_spawn(executor_, std::move(work), asio::bind_cancellation_slot(task->slot(), ended));
}

void Tasks::stop() {
  state_->stopped = true;
  for (auto& task : state_->running) task.emit(asio::cancellation_type::terminal);
  asio::post(executor_, [state = state_] {});  // after what emit() has posted
}

asio::awaitable<bool> pause(std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  const auto [error] = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return !error;
}

}  // namespace demo
