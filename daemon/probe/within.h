#pragma once
// A deadline inside a run: a stage that has less time than the whole.

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <utility>

#include "probe/clock.h"

namespace answerback {

// True when the operation has ended by itself, false when `until` came first; it has then been cancelled and
// has ended, and whatever it returned or threw as a system_error on its way out is dropped. Any other
// exception of the operation passes through. Ends with operation_aborted, as a boost::system::system_error
// and after the operation has ended, when the caller is cancelled.
asio::awaitable<bool> within(Clock& clock, Steady until, asio::awaitable<void> operation);

// Two operations at the same time, until both have ended. Where one throws, or the caller is cancelled, both
// are cancelled first.
asio::awaitable<void> both(asio::awaitable<void>, asio::awaitable<void>);

namespace detail {
template <class T>
asio::awaitable<void> keep(asio::awaitable<T> operation, std::optional<T>& value) {
  value.emplace(co_await std::move(operation));
}
}  // namespace detail

// The same for an operation with a value: the value, or nullopt when `until` came first.
template <class T>
asio::awaitable<std::optional<T>> within(Clock& clock, Steady until, asio::awaitable<T> operation) {
  std::optional<T> value;
  const bool ended = co_await within(clock, until, detail::keep(std::move(operation), value));
  if (!ended) value.reset();
  co_return value;
}

}  // namespace answerback
