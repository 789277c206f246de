#include "http/line.h"

#include <poll.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace answerback::http {
namespace {

namespace asio = boost::asio;

constexpr auto await = asio::as_tuple(asio::use_awaitable);
constexpr Duration farewell_time = std::chrono::seconds(1);
constexpr std::size_t farewell_bytes = 256 * 1024;
constexpr std::size_t write_turn = 256 * 1024;  // bytes to one client before others have their turn

}  // namespace

void Line::speak_plainly() { client_->channel = access::plain_channel(client_->socket.native_handle()); }

asio::awaitable<bool> Line::ready(access::Next next) {
  if (next == access::Next::over) co_return false;
  const auto [failed] = co_await client_->socket.async_wait(
      next == access::Next::wait_write ? Socket::wait_write : Socket::wait_read, await);
  co_return !failed && open();
}

asio::awaitable<std::string_view> Line::receive() {
  while (open()) {
    const access::Step step = client_->channel->read(*input_);
    if (step.next == access::Next::go_on) co_return std::string_view(input_->data(), step.bytes);
    if (!co_await ready(step.next)) break;
  }
  co_return std::string_view();
}

asio::awaitable<bool> Line::send(std::string_view head, std::string_view body) {
  const auto next_turn = [this] { return asio::post(client_->socket.get_executor(), asio::use_awaitable); };
  for (std::size_t turn = 0; !head.empty() || !body.empty();) {
    if (!open()) co_return false;
    const access::Step step = client_->channel->write(head, body);
    if (step.next != access::Next::go_on) {
      if (!co_await ready(step.next)) co_return false;
      continue;
    }
    const std::size_t of_head = std::min(step.bytes, head.size());
    head.remove_prefix(of_head);
    body.remove_prefix(step.bytes - of_head);
    if ((turn += step.bytes) < write_turn) continue;
    turn = 0;
    co_await next_turn();
  }
  // Who asks again before this returns would else be answered before others are even accepted.
  co_await next_turn();
  co_return open();
}

// Closing a socket with unread bytes would reset it, and the client might never see our answer.
asio::awaitable<void> Line::part() {
  if (!open()) co_return;
  boost::system::error_code ignored;
  client_->channel->farewell();
  client_->socket.shutdown(Socket::shutdown_send, ignored);
  within(farewell_time);
  for (std::size_t read = 0; read < farewell_bytes;) {
    const std::string_view bytes = co_await receive();
    if (bytes.empty()) break;
    read += bytes.size();
  }
}

bool Line::hung_up() { return !open() || client_->channel->read(*input_).next == access::Next::over; }

bool Line::is_gone() const {
  if (!open()) return true;
  pollfd watched{.fd = client_->socket.native_handle(), .events = POLLRDHUP, .revents = 0};
  return ::poll(&watched, 1, 0) > 0;
}

}  // namespace answerback::http
