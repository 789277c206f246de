#include "probe/within.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <exception>

namespace answerback {
namespace {

// A stream that is cancelled in the middle may say so in words of its own (a truncated TLS record, a closed
// socket).
void rethrow_unless_system_error(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const boost::system::system_error&) {
  }
}

}  // namespace

asio::awaitable<bool> within(Clock& clock, Steady until, asio::awaitable<void> operation) {
  using boost::system::system_error;
  const auto caller = co_await asio::this_coro::cancellation_state;
  if (caller.cancelled() != asio::cancellation_type::none) throw system_error(asio::error::operation_aborted);

  // The operation is a coroutine of its own, for only such a one can be cancelled alone; the caller's
  // cancellation is handed on. Asio clears the caller's slot when the wait below is over.
  asio::cancellation_signal cancel;
  if (auto slot = caller.slot(); slot.is_connected())
    slot.assign([&cancel](asio::cancellation_type) { cancel.emit(asio::cancellation_type::terminal); });

  bool late = false;
  const auto alarm = clock.alarm([&late, &cancel] {
    late = true;
    cancel.emit(asio::cancellation_type::terminal);
  });
  alarm->set(until);

  const auto [error] = co_await asio::co_spawn(
      co_await asio::this_coro::executor, std::move(operation),
      asio::bind_cancellation_slot(cancel.slot(), asio::as_tuple(asio::use_awaitable)));
  alarm->cancel();
  if (caller.cancelled() != asio::cancellation_type::none) throw system_error(asio::error::operation_aborted);
  if (!error) co_return !late;
  if (!late) std::rethrow_exception(error);
  rethrow_unless_system_error(error);
  co_return false;
}

asio::awaitable<void> both(asio::awaitable<void> one, asio::awaitable<void> other) {
  using namespace asio::experimental::awaitable_operators;
  try {
    co_await (std::move(one) && std::move(other));
  } catch (const asio::multiple_exceptions& both_threw) {
    std::rethrow_exception(both_threw.first_exception());
  }
}

}  // namespace answerback
