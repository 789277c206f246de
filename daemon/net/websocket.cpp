#include "net/websocket.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <boost/system/system_error.hpp>

#include "model/text.h"
#include "net/http_request.h"
#include "net/proxy_tunnel.h"
#include "net/websocket_end.h"
#include "net/websocket_upgrade.h"
#include "net/websocket_wire.h"

namespace answerback::net {

namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::system::error_code;

// Found by Beast. Nothing is torn down when the closing handshake is done: a server that does not hang up
// would be waited for.
template <class Handler>
void async_teardown(beast::role_type, Wire& wire, Handler&& done) {
  asio::post(wire.get_executor(),
             [done = std::forward<Handler>(done)]() mutable { std::move(done)(error_code{}); });
}
void beast_close_socket(Wire& wire) { wire.close(); }

namespace {

constexpr std::size_t read_piece = 4096, write_piece = 2048;
constexpr int window_bits = 9;  // ours; the server must cope with 15
constexpr std::size_t buffer_kept = 4096;

// The response Beast is to believe it got.
std::string rehearsed_response(const std::optional<Deflate>& deflate, std::string_view key) {
  std::string text =
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: "
      "websocket\r\nSec-WebSocket-Accept: " +
      websocket_accept(key) + "\r\n";
  if (deflate) {
    text += "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=" +
            std::to_string(window_bits) +
            "; server_max_window_bits=" + std::to_string(std::max(window_bits, deflate->server_window_bits));
    if (deflate->server_no_context_takeover) text += "; server_no_context_takeover";
    if (deflate->client_no_context_takeover) text += "; client_no_context_takeover";
    text += "\r\n";
  }
  return text + "\r\n";
}

websocket::permessage_deflate deflate_options(bool enable) {
  websocket::permessage_deflate options;
  options.client_enable = enable;
  options.compLevel = 1;
  options.memLevel = 1;
  return options;
}

}  // namespace

// The stream and what is under way on it. Operations of Beast's are never cancelled: it would lose its place,
// and a cancellation that meets a completion on its way would get lost. They belong to the core, hold it
// alive and wake the coroutine that waits; closing the connection ends them.
class WebSocket::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(std::unique_ptr<AnyStream> stream, const WebSocketLimits& limits, Upgrade upgrade)
      : limits_(limits),
        upgrade_(std::move(upgrade)),
        ws_(Wire(std::move(stream), limits)),
        incoming_(limits.message_bytes + read_piece),
        changed_(ws_.get_executor(), asio::steady_timer::time_point::max()) {
    ws_.read_message_max(limits.message_bytes);
    ws_.write_buffer_bytes(write_piece);
    ws_.auto_fragment(false);
    ws_.set_option(deflate_options(upgrade_.deflate.has_value()));
  }

  const Upgrade& upgrade() const { return upgrade_; }
  const std::optional<Gone>& gone() const { return gone_; }
  void count(Run& run) {
    run.evidence.sent(wire().take_sent());
    run.evidence.received(wire().take_received());
  }

  // Something has ended, or the caller is cancelled; its next wait then throws.
  auto change() { return changed_.async_wait(asio::as_tuple(asio::use_awaitable)); }

  // The upgrade has been shaken hands on by now; Beast, which offers no other way in, is given a copy of it.
  asio::awaitable<error_code> rehearse() {
    ws_.set_option(websocket::stream_base::decorator([this](websocket::request_type& request) {
      const auto key = request[beast::http::field::sec_websocket_key];
      wire().rehearse(rehearsed_response(upgrade_.deflate, {key.data(), key.size()}));
    }));
    ws_.async_handshake("-", "/",
                        [self = shared_from_this()](const error_code& e) { self->set(self->opened_, e); });
    while (!opened_) co_await change();
    co_return *opened_;
  }
  void play(std::string unread) { wire().play(std::move(unread)); }

  void begin_reading() {
    if (reading_ || read_) return;
    reading_ = true;
    read_more();
  }
  bool has_read() const { return read_.has_value(); }
  std::expected<Message, Gone> take_message() {
    if (const error_code error = *std::exchange(read_, {})) return std::unexpected(end_by(error));
    const auto bytes = incoming_.cdata();
    Message message{ws_.got_text(), {static_cast<const char*>(bytes.data()), bytes.size()}};
    incoming_.clear();
    if (incoming_.capacity() > buffer_kept) incoming_.shrink_to_fit();
    // Beast does not look at what is left incomplete when an empty fragment ends the message.
    if (message.text && clip(message.data, message.data.size()) != message.data)
      return std::unexpected(end_by(websocket::error::bad_frame_payload));
    return message;
  }

  void begin_sending(std::string text) {
    outgoing_ = std::move(text);
    sent_.reset();
    ws_.text(true);
    ws_.async_write(asio::buffer(outgoing_),
                    [self = shared_from_this()](const error_code& error, std::size_t) {
                      self->outgoing_ = {};
                      self->set(self->sent_, error);
                    });
  }
  bool has_sent() const { return sent_.has_value(); }
  std::expected<void, Gone> take_sent() {
    if (!*sent_) return {};
    // The stream ended under it, and reading knows why.
    if (read_ && *read_) return std::unexpected(end_by(*std::exchange(read_, {})));
    return std::unexpected(end_by(*sent_));
  }

  void begin_closing() {
    ws_.async_close(websocket::close_code::normal,
                    [self = shared_from_this()](const error_code& e) { self->set(self->closed_, e); });
  }
  bool has_closed() const { return closed_.has_value(); }

  void drop() {
    wire().close();
    if (!gone_) gone_ = Gone{{Reason::closed, "we dropped the connection"}, std::nullopt, {}};
  }

  void wake() { changed_.cancel(); }

 private:
  Wire& wire() { return ws_.next_layer(); }

  void set(std::optional<error_code>& result, const error_code& error) {
    result = error;
    wake();
  }

  // Piece by piece: the room for a message is made as it comes, and not when it is announced.
  void read_more() {
    ws_.async_read_some(incoming_, read_piece,
                        [self = shared_from_this()](const error_code& error, std::size_t) {
                          if (!error && !self->ws_.is_message_done()) return self->read_more();
                          self->reading_ = false;
                          self->set(self->read_, error);
                        });
  }

  Gone end_by(const error_code& error) {
    if (!gone_ && error != asio::error::operation_aborted) gone_ = gone_by(error, wire().watch(), limits_);
    drop();
    return *gone_;
  }

  WebSocketLimits limits_;
  Upgrade upgrade_;
  websocket::stream<Wire> ws_;
  beast::flat_buffer incoming_;
  std::string outgoing_;
  asio::steady_timer changed_;  // an event: rung by cancelling it
  bool reading_ = false;
  std::optional<error_code> opened_, read_, sent_, closed_;  // how each ended
  std::optional<Gone> gone_;
};

namespace {

// Runs at the end of a scope, however it is left.
template <class Action>
struct Finally {
  ~Finally() { action(); }
  Action action;
};
template <class Action>
Finally(Action) -> Finally<Action>;

asio::awaitable<std::expected<std::unique_ptr<AnyStream>, Failure>> dial(Run& run, const Transport& transport,
                                                                         const WebSocketRequest& request) {
  auto socket = co_await connect_through(run, transport, request.url);
  if (!socket) co_return std::unexpected(std::move(socket).error());
  if (!request.url.tls()) co_return any_stream(*std::move(socket));
  auto stream = co_await transport.tls.handshake(run, *std::move(socket), request.tls, request.url.host);
  if (!stream) co_return std::unexpected(std::move(stream).error());
  co_return any_stream(*std::move(stream));
}

}  // namespace

WebSocket::WebSocket(std::shared_ptr<Core> core) : core_(std::move(core)) {}
WebSocket::WebSocket(WebSocket&&) noexcept = default;
WebSocket& WebSocket::operator=(WebSocket&& other) noexcept {
  std::swap(core_, other.core_);
  return *this;
}
WebSocket::~WebSocket() {
  if (core_) core_->drop();
}

const std::string& WebSocket::subprotocol() const { return core_->upgrade().subprotocol; }
const Headers& WebSocket::response_headers() const { return core_->upgrade().headers; }

asio::awaitable<std::expected<WebSocket, Refusal>> WebSocket::open(Run& run, const Transport& transport,
                                                                   WebSocketRequest request) {
  const auto failed = [](Failure failure) { return std::unexpected(Refusal{std::move(failure), 0, {}}); };
  if (auto failure = unsendable(upgrade_request(request, websocket_key(run.id))))
    co_return failed(*std::move(failure));
  auto stream = co_await dial(run, transport, request);
  if (!stream) co_return failed(std::move(stream).error());
  co_return co_await open(run, *std::move(stream), std::move(request));
}

asio::awaitable<std::expected<WebSocket, Refusal>> WebSocket::open(Run& run,
                                                                   std::unique_ptr<AnyStream> stream,
                                                                   WebSocketRequest request) {
  const auto failed = [](Failure failure) { return std::unexpected(Refusal{std::move(failure), 0, {}}); };
  if (auto failure = unsendable(upgrade_request(request, websocket_key(run.id))))
    co_return failed(*std::move(failure));
  auto upgraded = co_await net::upgrade(run, *stream, request);
  if (!upgraded) co_return std::unexpected(std::move(upgraded).error());

  WebSocket socket(std::make_shared<Core>(std::move(stream), request.limits, std::move(upgraded->upgrade)));
  if (const error_code error = co_await socket.core_->rehearse())
    co_return failed({Reason::internal, "the handshake was not believed: " + error.message()});
  socket.core_->play(std::move(upgraded->unread));
  co_return std::move(socket);
}

asio::awaitable<std::expected<Message, Gone>> WebSocket::read(Run& run) {
  const auto core = core_;
  if (core->gone()) co_return std::unexpected(*core->gone());
  const Finally count{[&] { core->count(run); }};
  core->begin_reading();
  while (!core->has_read()) co_await core->change();
  co_return core->take_message();
}

asio::awaitable<std::expected<void, Gone>> WebSocket::send(Run& run, std::string text) {
  const auto core = core_;
  if (core->gone()) co_return std::unexpected(*core->gone());
  const Finally count{[&] {
    if (!core->has_sent()) core->drop();
    core->count(run);
  }};
  core->begin_sending(std::move(text));
  while (!core->has_sent()) co_await core->change();
  co_return core->take_sent();
}

asio::awaitable<void> WebSocket::close(Run& run, Steady until) {
  const auto core = core_;
  if (core->gone()) co_return;
  const Finally count{[&] {
    core->drop();
    core->count(run);
  }};
  bool late = false;
  const auto alarm = run.clock.alarm([&] {
    late = true;
    core->wake();
  });
  const Steady now = run.clock.now();
  alarm->set(std::min(until, now + (run.deadline - now) / 2));
  core->begin_closing();
  try {
    while (!late && !core->has_closed()) co_await core->change();
  } catch (const boost::system::system_error&) {  // cancelled, which the caller learns at its next wait
  }
}

}  // namespace answerback::net
