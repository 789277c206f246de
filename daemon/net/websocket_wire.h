#pragma once
// What Beast's WebSocket takes for its connection. Between it and the real one: every byte is counted, frames
// are watched, and what came behind the upgrade's response is read first.
//
// An error of writing is kept from Beast: what a server said before it hung up counts more than how our own
// words ended, and reading will tell. Before play(), nothing reaches the connection: writing goes nowhere and
// reading gives what was rehearsed.

#include <memory>
#include <string>
#include <utility>

#include "net/any_stream.h"
#include "net/websocket_frames.h"

namespace answerback::net {

class Wire {
 public:
  using executor_type = asio::any_io_executor;
  using Handler = AnyStream::Handler;

  Wire(std::unique_ptr<AnyStream>, const WebSocketLimits&);
  Wire(Wire&&) noexcept;
  ~Wire();  // nothing may be under way any more

  void rehearse(std::string answer);
  void play(std::string unread);  // bytes of the server that were read already
  void close();

  const FrameWatch& watch() const;
  std::size_t take_sent();  // since it was last asked
  std::size_t take_received();

  // Beast's AsyncStream. Writing takes the sequence in one piece: a frame's head alone would be a packet of
  // its own.
  executor_type get_executor() const;
  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, AnyStream::Signature>(
        [this](auto handler, asio::mutable_buffer b) { read(b, Handler(std::move(handler))); }, token,
        first_of(buffers));
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    std::string& piece = piece_for(asio::buffer_size(buffers));
    asio::buffer_copy(asio::buffer(piece), buffers);
    return asio::async_initiate<Token, AnyStream::Signature>(
        [this](auto handler) { write(Handler(std::move(handler))); }, token);
  }

 private:
  struct State;
  template <class Buffers>
  static asio::mutable_buffer first_of(const Buffers& buffers) {
    for (auto i = asio::buffer_sequence_begin(buffers); i != asio::buffer_sequence_end(buffers); ++i)
      if (asio::mutable_buffer(*i).size() > 0) return *i;
    return {};
  }
  std::string& piece_for(std::size_t bytes);
  void read(asio::mutable_buffer, Handler);
  void write(Handler);

  std::unique_ptr<State> state_;
};

}  // namespace answerback::net
