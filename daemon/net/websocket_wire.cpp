#include "net/websocket_wire.h"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/websocket/error.hpp>
#include <optional>

namespace answerback::net {

using boost::system::error_code;

namespace {
constexpr std::size_t most_at_once = 4096;
}

struct Wire::State {
  std::unique_ptr<AnyStream> stream;
  FrameWatch watch;
  bool playing = false;
  bool unheard = false;  // writing has failed; again it might wait for ever, for the error is told once
  std::string unread{};  // to be read before anything else
  std::string piece{};   // being written
  std::size_t sent = 0, received = 0;

  void finish(Handler done, error_code error, std::size_t count) const {
    asio::post(stream->get_executor(),
               [done = std::move(done), error, count]() mutable { std::move(done)(error, count); });
  }
};

Wire::Wire(std::unique_ptr<AnyStream> stream, const WebSocketLimits& limits)
    : state_(new State{.stream = std::move(stream), .watch = FrameWatch(limits)}) {}
Wire::Wire(Wire&&) noexcept = default;
Wire::~Wire() = default;

void Wire::rehearse(std::string answer) { state_->unread = std::move(answer); }

void Wire::play(std::string unread) {
  state_->playing = true;
  state_->watch.see(unread);
  state_->unread = std::move(unread);
}

void Wire::close() { state_->stream->close(); }
const FrameWatch& Wire::watch() const { return state_->watch; }
std::size_t Wire::take_sent() { return std::exchange(state_->sent, 0); }
std::size_t Wire::take_received() { return std::exchange(state_->received, 0); }
Wire::executor_type Wire::get_executor() const { return state_->stream->get_executor(); }

std::string& Wire::piece_for(std::size_t bytes) {
  state_->piece.resize(std::min(bytes, most_at_once));
  return state_->piece;
}

void Wire::read(asio::mutable_buffer space, Handler done) {
  State& state = *state_;
  if (!state.unread.empty()) {
    const std::size_t count = asio::buffer_copy(space, asio::buffer(state.unread));
    state.unread.erase(0, count);
    return state.finish(std::move(done), {}, count);
  }
  // Not before: a message that came whole ahead of what broke the limit is still delivered.
  if (state.watch.over())
    return state.finish(std::move(done), boost::beast::websocket::error::message_too_big, 0);
  state.stream->read_some(
      space, [&state, space, done = std::move(done)](const error_code& error, std::size_t count) mutable {
        state.received += count;
        state.watch.see({static_cast<const char*>(space.data()), count});
        std::move(done)(error, count);
      });
}

void Wire::write(Handler done) {
  State& state = *state_;
  if (!state.playing || state.unheard) return state.finish(std::move(done), {}, state.piece.size());
  state.stream->write_some(
      asio::buffer(state.piece),
      [&state, done = std::move(done)](const error_code& error, std::size_t count) mutable {
        state.sent += count;
        if (!error || error == asio::error::operation_aborted) return std::move(done)(error, count);
        state.unheard = true;
        std::move(done)(error_code{}, state.piece.size());
      });
}

}  // namespace answerback::net
