#include "engine/task_group.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <cassert>
#include <exception>
#include <utility>

namespace answerback::engine {

TaskGroup::TaskGroup(asio::any_io_executor executor)
    : executor_(std::move(executor)), none_left_(executor_, asio::steady_timer::time_point::max()) {}

TaskGroup::~TaskGroup() { assert(running_.empty()); }

TaskGroup::Task& TaskGroup::spawn(asio::awaitable<void> body) {
  if (spare_.empty()) spare_.emplace_back();
  running_.splice(running_.end(), spare_, spare_.begin());
  const auto task = std::prev(running_.end());
  asio::co_spawn(executor_, std::move(body),
                 asio::bind_cancellation_slot(task->signal_.slot(), [this, task](std::exception_ptr error) {
                   ended(task, std::move(error));
                 }));
  return *task;
}

void TaskGroup::ended(Tasks::iterator task, std::exception_ptr error) {
  spare_.splice(spare_.end(), running_, task);
  if (running_.empty()) none_left_.cancel();
  if (!error) return;
  try {
    std::rethrow_exception(error);
  } catch (const boost::system::system_error& e) {
    if (e.code() != asio::error::operation_aborted) throw;
  }
}

void TaskGroup::stop() {
  for (auto task = running_.begin(); task != running_.end();) (task++)->cancel();
}

asio::awaitable<void> TaskGroup::drain() {
  while (!running_.empty()) co_await none_left_.async_wait(asio::as_tuple(asio::use_awaitable));
}

}  // namespace answerback::engine
