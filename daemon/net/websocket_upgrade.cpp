#include "net/websocket_upgrade.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/error.hpp>

#include "net/http_reader.h"
#include "net/http_request.h"
#include "net/socket_errors.h"

namespace answerback::net {
namespace {

using boost::system::error_code;

constexpr std::size_t body_cap = 1024;
constexpr Duration body_patience = std::chrono::milliseconds(500);
// A refusal is judged by its status: how long its body claims to be is no matter.
constexpr HttpLimits limits{.header_bytes = 64 * 1024, .body_bytes = std::size_t{1} << 62};

struct Answer {
  HttpResponse response;
  bool refused = false;  // its header is whole, and no 101
  std::string body;
};

BodySink refusal_into(Answer& answer) {
  return {.on_head =
              [&answer](const HttpResponse&) {
                answer.refused = true;
                return true;
              },
          .on_data =
              [&answer](std::string_view piece) {
                answer.body.append(piece.substr(0, body_cap - answer.body.size()));
                return answer.body.size() < body_cap;
              }};
}

// An error of writing is left to the reading: a server may answer and hang up before it has read everything.
asio::awaitable<error_code> send(Run& run, AnyStream& stream, std::string_view text) {
  while (!text.empty()) {
    const auto [error, count] =
        co_await stream.async_write_some(asio::buffer(text), asio::as_tuple(asio::deferred));
    throw_if_cancelled(error);
    run.evidence.sent(count);
    text.remove_prefix(count);
    if (error) co_return error;
  }
  co_return error_code{};
}

Failure failure_of(const error_code& error, const ResponseReader& reader) {
  if (!is_end(error)) return tls_failure(error, "waiting for the upgrade");
  return {Reason::truncated,
          std::string("closed the connection ") +
              (reader.began() ? "in the middle of the response's header" : "without answering the upgrade")};
}

// Reads the answer; what came behind it is left in `unread`.
asio::awaitable<std::expected<void, Failure>> receive(Run& run, AnyStream& stream, Answer& answer,
                                                      std::string& unread) {
  using State = ResponseReader::State;
  BodySink sink = refusal_into(answer);
  ResponseReader reader(&sink, limits, false);
  bool enough = false;
  const auto patience = run.clock.alarm([&] {
    enough = true;
    stream.close();
  });
  for (State state = State::more; state == State::more;) {
    const asio::mutable_buffer space = reader.space();
    const auto [error, count] = co_await stream.async_read_some(space, asio::as_tuple(asio::deferred));
    if (enough) break;
    throw_if_cancelled(error);
    run.evidence.received(count);
    if (error && answer.refused) break;
    if (error) co_return std::unexpected(failure_of(error, reader));

    const bool waiting = answer.refused;
    state = reader.feed(count);
    if (state == State::failed && !answer.refused) co_return std::unexpected(reader.failure());
    if (state == State::complete) {  // what is left over came last
      const std::string_view last(static_cast<const char*>(space.data()), count);
      unread = last.substr(count - std::min(count, reader.left_over()));
    }
    if (answer.refused && !waiting) {
      const Steady now = run.clock.now();
      patience->set(now + std::min(body_patience, std::max(Duration{}, (run.deadline - now) / 2)));
    }
  }
  answer.response = std::move(reader.response());
  co_return std::expected<void, Failure>{};
}

}  // namespace

asio::awaitable<std::expected<Upgraded, Refusal>> upgrade(Run& run, AnyStream& stream,
                                                          const WebSocketRequest& request) {
  run.enter(Phase::upgrade);
  const std::string key = websocket_key(run.id);
  const std::string text = request_text(upgrade_request(request, key), run.id, nullptr);
  const error_code unsent = co_await send(run, stream, text);

  Answer answer;
  std::string unread;
  if (auto received = co_await receive(run, stream, answer, unread); !received) {
    Failure failure = std::move(received).error();
    if (unsent && failure.reason == Reason::truncated) failure = tls_failure(unsent, "sending the upgrade");
    co_return std::unexpected(Refusal{.failure = std::move(failure), .status = 0, .body = {}});
  }
  auto judged = judge_upgrade(request, key, std::move(answer.response), std::move(answer.body));
  if (!judged) co_return std::unexpected(std::move(judged).error());
  co_return Upgraded{.upgrade = *std::move(judged), .unread = std::move(unread)};
}

}  // namespace answerback::net
