#include "http/conversation.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <ctime>

#include "http/wire.h"

namespace answerback::http {
namespace {

namespace asio = boost::asio;

constexpr auto await = asio::as_tuple(asio::use_awaitable);
constexpr Duration stream_every = std::chrono::milliseconds(100);
constexpr Duration poll_every = std::chrono::milliseconds(5);

using Timer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                               asio::io_context::executor_type>;

std::string http_date() {  // Sun, 06 Nov 1994 08:49:37 GMT
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc)};
}

auto turn(const Common& common) {
  return asio::post(asio::bind_executor(common.turns.executor(), asio::deferred));
}

asio::awaitable<bool> send(const Common& common, Line& line, Response response, bool head_only,
                           bool keep_alive) {
  const std::string head = head_of(response, keep_alive, http_date());
  line.within(common.limits.response);
  co_return co_await line.send(head, head_only ? std::string_view() : response.body);
}

// The handshake of TLS. Each step has a turn of the loop to itself, so that a thousand newcomers hold up
// nobody who is there already. False when it came to nothing.
asio::awaitable<bool> greet(const Common& common, Line& line) {
  line.within(common.limits.handshake);
  for (;;) {
    co_await turn(common);
    if (!line.open()) co_return false;
    const access::Step step = line.greet();
    if (step.next == access::Next::go_on) break;
    if (step.next == access::Next::plain) {
      line.speak_plainly();
      Response refused{.status = 400, .body = "This port speaks TLS: ask with https://\n"};
      if (co_await send(common, line, std::move(refused), false, false)) co_await line.part();
      co_return false;
    }
    if (!co_await line.ready(step.next)) {
      if (common.guard.handshake_failed) common.guard.handshake_failed();
      co_return false;
    }
  }
  line.active();
  co_return true;
}

asio::awaitable<void> judge(const Common& common, Request& request) {
  if (!common.guard.judge) co_return;
  asio::use_awaitable_t<> token;
  co_await asio::async_initiate<asio::use_awaitable_t<>, void()>(
      [&](auto resume) {
        auto shared = std::make_shared<decltype(resume)>(std::move(resume));
        const auto go_on = [&io = common.io, shared] { asio::post(io, [shared] { std::move (*shared)(); }); };
        if (common.guard.judge(request, go_on)) go_on();
      },
      token);
}

Response answer(const Common& common, const Request& request) {
  try {
    return common.handler(request);
  } catch (const std::exception& e) {
    return {.status = 500, .body = std::string("internal error: ") + e.what() + "\n"};
  }
}

// The answer once it is there; nothing when the client is gone first. How long it may take is its maker's to
// say.
asio::awaitable<std::optional<Response>> await_answer(const Common& common, Line& line, Response first) {
  Timer pause(common.io);
  line.no_deadline();
  for (;;) {
    if (std::optional<Response> made = first.pending->poll()) {
      for (auto& header : first.headers) {
        std::erase_if(made->headers, [&](const auto& each) { return each.first == header.first; });
        made->headers.push_back(std::move(header));
      }
      co_return made;
    }
    pause.expires_after(poll_every);
    co_await pause.async_wait(await);
    if (line.is_gone()) co_return std::nullopt;
  }
}

// Sends what there is, several times a second, until it is over or the client is gone or takes too long over
// it.
asio::awaitable<void> stream(const Common& common, Line& line, Stream& source) {
  Timer pause(common.io);
  while (const std::optional<std::string> bytes = source.next(std::chrono::steady_clock::now())) {
    if (!bytes->empty()) {
      line.within(common.limits.response);
      if (!co_await line.send(*bytes)) co_return;
      line.active();
    }
    line.no_deadline();
    pause.expires_after(stream_every);
    co_await pause.async_wait(await);
    if (line.hung_up()) co_return;
  }
}

// Whether the client may ask again; `tell`: it does not take that for granted.
asio::awaitable<bool> reply(const Common& common, Line& line, Request request, bool keep_alive, bool tell) {
  line.within(common.limits.response);
  request.peer = line.peer();
  co_await judge(common, request);
  if (!common.guard.at_once || !common.guard.at_once(request)) co_await turn(common);
  Response response = answer(common, request);
  if (response.pending) {
    std::optional<Response> made = co_await await_answer(common, line, std::move(response));
    if (!made) co_return false;
    response = *std::move(made);
    line.active();
  }
  const auto source = response.stream;
  const bool head_only = request.method == "HEAD";
  keep_alive = keep_alive && !source;
  if (keep_alive && tell) response.headers.emplace_back("Connection", "keep-alive");
  if (!co_await send(common, line, std::move(response), head_only, keep_alive)) co_return false;
  if (source && !head_only) co_await stream(common, line, *source);
  co_return keep_alive;
}

asio::awaitable<bool> refuse(const Common& common, Line& line, const Refusal& why) {
  Response refused{.status = why.status, .body = why.why + "\n"};
  co_await send(common, line, std::move(refused), false, false);
  co_return false;
}

}  // namespace

asio::awaitable<void> converse(const Common& common, Line line) {
  if (!line.open()) co_return;  // dropped before it began
  if (line.greets() && !co_await greet(common, line)) co_return;
  const Limits& limits = common.limits;
  RequestReader reader(limits.header, limits.body);
  for (bool keep_alive = true; keep_alive;) {
    line.within(reader.empty() ? limits.idle : limits.request);
    std::expected<bool, Refusal> whole = reader.feed({});
    while (whole && !*whole) {
      const std::string_view bytes = co_await line.receive();
      if (bytes.empty()) co_return;
      if (reader.empty()) line.within(limits.request);
      whole = reader.feed(bytes);
    }
    keep_alive = whole && reader.keep_alive();
    const bool old = whole && reader.is_old();
    std::expected<Request, Refusal> request = whole ? reader.take() : std::unexpected(whole.error());
    line.active();
    keep_alive = request ? co_await reply(common, line, *std::move(request), keep_alive, old)
                         : co_await refuse(common, line, request.error());
  }
  co_await line.part();
}

}  // namespace answerback::http
