#include "unit/demo/client.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <deque>

#include "platform/sign_in.h"

namespace demo::test {
namespace {

namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
namespace websocket = boost::beast::websocket;
using asio::ip::tcp;

constexpr auto await = asio::as_tuple(asio::use_awaitable);

json::value parsed(const std::string& text) {
  boost::system::error_code error;
  json::value value = json::parse(text, error);
  return error ? json::value() : value;
}

std::string text_of(const json::value* value) {
  if (!value) return {};
  return value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
}

std::string text_at(const json::value& value, const std::string& pointer) {
  boost::system::error_code error;
  return text_of(value.find_pointer(pointer, error));
}

constexpr const char* events[] = {"agent_started",   "agent_thinking", "tool_executing", "tool_completed",
                                  "agent_completed", "agent_fallback", "agent_error"};

}  // namespace

json::value HttpAnswer::value() const { return parsed(body); }
std::string HttpAnswer::at(const std::string& pointer) const { return text_at(value(), pointer); }

asio::awaitable<HttpAnswer> http(std::uint16_t port, std::string method, std::string target, std::string body,
                                 Headers headers) {
  tcp::socket socket(co_await asio::this_coro::executor);
  co_await socket.async_connect({asio::ip::address_v4::loopback(), port}, asio::use_awaitable);
  bhttp::request<bhttp::string_body> request(bhttp::string_to_verb(method), target, 11, std::move(body));
  request.set(bhttp::field::host, "demo.test");
  for (const auto& [name, value] : headers) request.set(name, value);
  request.prepare_payload();
  co_await bhttp::async_write(socket, request, asio::use_awaitable);

  bhttp::response_parser<bhttp::string_body> parser;
  beast::flat_buffer buffer;
  if (method == "HEAD") parser.skip(true);
  const auto [error, size] = co_await bhttp::async_read(socket, buffer, parser, await);
  HttpAnswer answer{.status = parser.get().result_int(), .body = parser.get().body(), .whole = !error};
  for (const auto& field : parser.get()) {
    std::string name(field.name_string());
    std::ranges::transform(name, name.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    answer.headers[name] = std::string(field.value());
  }
  co_return answer;
}

json::value Frame::value() const { return binary ? json::value() : parsed(bytes); }

std::string Frame::name() const {
  const json::value frame = value();
  for (const char* where :
       {"/type", "/event", "/data/event", "/data/type", "/payload/event", "/payload/type"}) {
    const std::string found = text_at(frame, where);
    if (std::ranges::find(events, found) != std::end(events)) return found;
  }
  const std::string type = text_at(frame, "/type");
  return type.empty() ? "?" : type;
}

std::string Frame::field(const std::string& key) const {
  const json::value frame = value();
  for (const char* where : {"/", "/payload/", "/data/"})
    if (const std::string found = text_at(frame, where + key); !found.empty()) return found;
  return {};
}

struct Socket::State {
  explicit State(const asio::any_io_executor& executor) : stream(executor), news(executor) {}
  websocket::stream<tcp::socket> stream;
  asio::steady_timer news;
  std::deque<Frame> frames;
  unsigned upgrade_status = 0;
  std::string subprotocol;
  bool ended = false;
};

asio::awaitable<Socket> Socket::open(std::uint16_t port, Offer offer) {
  const auto executor = co_await asio::this_coro::executor;
  Socket socket;
  socket.state_ = std::make_shared<State>(executor);
  State& state = *socket.state_;
  co_await state.stream.next_layer().async_connect({asio::ip::address_v4::loopback(), port},
                                                   asio::use_awaitable);
  state.stream.read_message_max(64 * 1024 * 1024);
  state.stream.set_option(websocket::stream_base::decorator([offer](websocket::request_type& request) {
    if (!offer.authorization.empty()) request.set(bhttp::field::authorization, offer.authorization);
    if (!offer.protocols.empty()) request.set(bhttp::field::sec_websocket_protocol, offer.protocols);
  }));
  websocket::response_type response;
  const auto [error] = co_await state.stream.async_handshake(response, "demo.test", offer.target, await);
  state.upgrade_status = response.result_int();
  state.subprotocol = std::string(response[bhttp::field::sec_websocket_protocol]);
  state.ended = static_cast<bool>(error);
  if (!error) asio::co_spawn(executor, listen(socket.state_), [](std::exception_ptr) {});
  co_return socket;
}

asio::awaitable<void> Socket::listen(std::shared_ptr<State> state) {
  beast::flat_buffer buffer;
  for (;;) {
    const auto [error, size] = co_await state->stream.async_read(buffer, await);
    if (error) break;
    state->frames.push_back({beast::buffers_to_string(buffer.data()), state->stream.got_binary(),
                             std::chrono::steady_clock::now()});
    buffer.clear();
    state->news.cancel();
  }
  state->ended = true;
  state->news.cancel();
}

unsigned Socket::upgrade_status() const { return state_->upgrade_status; }
std::string Socket::subprotocol() const { return state_->subprotocol; }

std::optional<unsigned> Socket::close_code() const {
  if (!state_->ended || state_->stream.reason().code == websocket::close_code::none) return std::nullopt;
  return state_->stream.reason().code;
}

asio::awaitable<void> Socket::send(std::string text) {
  co_await state_->stream.async_write(asio::buffer(text), await);
}

asio::awaitable<std::optional<Frame>> Socket::next(milliseconds limit) {
  const auto state = state_;
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (state->frames.empty() && !state->ended && std::chrono::steady_clock::now() < deadline) {
    state->news.expires_at(deadline);
    co_await state->news.async_wait(await);
  }
  if (state->frames.empty()) co_return std::nullopt;
  Frame frame = std::move(state->frames.front());
  state->frames.pop_front();
  co_return frame;
}

asio::awaitable<std::vector<Frame>> Socket::until_quiet(milliseconds quiet) {
  std::vector<Frame> frames;
  while (auto frame = co_await next(quiet)) {
    frames.push_back(*std::move(frame));
    if (frames.size() > 200) break;  // it never will be
  }
  co_return frames;
}

asio::awaitable<void> Socket::close() {
  co_await state_->stream.async_close(websocket::close_code::normal, await);
}

std::string request(const std::string& type, const std::string& text, const std::string& key) {
  return json::serialize(json::value{{"type", type}, {"payload", {{key, text}}}});
}

std::vector<std::string> names(const std::vector<Frame>& frames) {
  std::vector<std::string> all;
  for (const Frame& frame : frames) all.push_back(frame.name());
  return all;
}

Options PlatformTest::fast() {
  Options options;
  options.event_gap = 1ms;
  options.llm_gap = 0ms;
  options.sign_in_wait = 50ms;
  return options;
}

void PlatformTest::begin(Options given) {
  options = given;
  platform = std::make_unique<Platform>(io, std::move(given));
  port = platform->start();
}

PlatformTest::~PlatformTest() {
  if (platform) platform->stop();
  io.restart();
  io.poll();
}

std::string PlatformTest::token(const std::string& user) const {
  return mint_token(user, options.audience, 60s, options.jwt_secret);
}

asio::awaitable<Socket> PlatformTest::sign_in(std::string user) {
  return Socket::open(port, {.target = "/ws", .authorization = "Bearer " + token(user), .protocols = ""});
}

std::vector<Frame> PlatformTest::converse(std::string message, milliseconds quiet) {
  const auto talk = [](PlatformTest& test, std::string text,
                       milliseconds silence) -> asio::awaitable<std::vector<Frame>> {
    Socket socket = co_await test.sign_in();
    for (const char* wanted : {"system_message", "ping"}) {
      const auto frame = co_await socket.next(5s);
      EXPECT_TRUE(frame && frame->name() == wanted) << wanted;
    }
    co_await socket.send(std::move(text));
    co_return co_await socket.until_quiet(silence);
  };
  return run(talk(*this, std::move(message), quiet));
}

void PlatformTest::run(asio::awaitable<void> work) {
  const auto wrap = [](asio::awaitable<void> inner) -> asio::awaitable<bool> {
    co_await std::move(inner);
    co_return true;
  };
  finish(io, wrap(std::move(work)));
}

}  // namespace demo::test
