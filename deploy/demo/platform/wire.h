#pragma once
// A WebSocket that is written to without waiting: frames queue up and leave in order, the close frame last.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "platform/session.h"

namespace demo {

class Wire : public std::enable_shared_from_this<Wire> {
 public:
  explicit Wire(asio::ip::tcp::socket);

  // The 101, with `subprotocol` selected unless empty. False: the client has gone.
  asio::awaitable<bool> accept(const UpgradeRequest&, std::string subprotocol);
  // The next message; nullopt when there are no more. A longer one than `most` comes as an empty text.
  asio::awaitable<std::optional<std::string>> read(std::size_t most);

  void send(std::string frame, bool binary = false);
  void close(std::uint16_t code, std::string reason = "");  // after what is queued
  void cut();                                               // now, without a word
  bool open() const { return open_ && !farewell_; }

 private:
  struct Frame {
    std::string bytes;
    bool binary = false;
  };
  void write_next();
  void finish();

  boost::beast::websocket::stream<asio::ip::tcp::socket, false>
      stream_;  // false: no compression, a third of the memory
  boost::beast::flat_buffer buffer_;
  std::deque<Frame> queue_;
  std::optional<boost::beast::websocket::close_reason> farewell_;
  bool open_ = false, writing_ = false;
};

}  // namespace demo
