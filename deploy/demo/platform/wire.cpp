#include "platform/wire.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http/field.hpp>

namespace demo {
namespace {

namespace websocket = boost::beast::websocket;
using boost::system::error_code;

constexpr auto await = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t largest_message = 1024 * 1024;  // past it, 1009
constexpr auto patience = std::chrono::seconds(5);    // for the 101 to leave, and for a close to be answered

}  // namespace

Wire::Wire(asio::ip::tcp::socket socket) : stream_(std::move(socket)) {
  stream_.set_option(websocket::stream_base::timeout{patience, websocket::stream_base::none(), false});
  stream_.read_message_max(largest_message);
  stream_.auto_fragment(false);
}

asio::awaitable<bool> Wire::accept(const UpgradeRequest& request, std::string subprotocol) {
  stream_.set_option(websocket::stream_base::decorator(
      [subprotocol = std::move(subprotocol)](websocket::response_type& response) {
        response.set(boost::beast::http::field::server, "demo-platform");
        if (!subprotocol.empty())
          response.set(boost::beast::http::field::sec_websocket_protocol, subprotocol);
      }));
  const auto [error] = co_await stream_.async_accept(request, await);
  open_ = !error;
  co_return open_;
}

asio::awaitable<std::optional<std::string>> Wire::read(std::size_t most) {
  const auto [error, size] = co_await stream_.async_read(buffer_, await);
  if (error) {
    open_ = false;
    co_return std::nullopt;
  }
  std::string message = size > most ? std::string() : boost::beast::buffers_to_string(buffer_.data());
  buffer_.clear();
  if (size > most) buffer_.shrink_to_fit();
  co_return message;
}

void Wire::send(std::string frame, bool binary) {
  if (!open_ || farewell_) return;
  queue_.push_back({std::move(frame), binary});
  if (!writing_) write_next();
}

void Wire::close(std::uint16_t code, std::string reason) {
  if (!open_ || farewell_) return;
  farewell_.emplace(static_cast<websocket::close_code>(code), reason);
  if (!writing_) finish();
}

void Wire::cut() {
  open_ = false;
  error_code ignored;
  stream_.next_layer().close(ignored);
}

void Wire::write_next() {
  writing_ = true;
  stream_.binary(queue_.front().binary);
  stream_.async_write(asio::buffer(queue_.front().bytes),
                      [self = shared_from_this()](const error_code& error, std::size_t) {
                        self->writing_ = false;
                        self->queue_.pop_front();
                        if (error) {
                          self->open_ = false;
                          self->queue_.clear();
                        } else if (!self->queue_.empty()) {
                          self->write_next();
                        } else if (self->farewell_) {
                          self->finish();
                        }
                      });
}

void Wire::finish() {
  stream_.async_close(*farewell_, [self = shared_from_this()](const error_code&) { self->open_ = false; });
}

}  // namespace demo
