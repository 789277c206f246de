#include "blackbox/conversation.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "blackbox/dial.h"
#include "model/text.h"
#include "net/any_stream.h"

namespace answerback::blackbox {
namespace {

constexpr auto as_outcome = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t label_bytes = 1024;  // of a value, which is the peer's
using boost::system::error_code;
using Moved = std::tuple<error_code, std::size_t>;

}  // namespace

struct Conversation::Wire {
  explicit Wire(net::TcpSocket socket) : plain(std::move(socket)) {}

  asio::awaitable<Moved> read(asio::mutable_buffer space) {
    if (tls) co_return co_await tls->async_read_some(space, as_outcome);
    co_return co_await plain.async_read_some(space, as_outcome);
  }
  asio::awaitable<Moved> write(std::string_view bytes) {
    if (tls) co_return co_await asio::async_write(*tls, asio::buffer(bytes), as_outcome);
    co_return co_await asio::async_write(plain, asio::buffer(bytes), as_outcome);
  }
  Failure failure(const error_code& error, std::string_view doing) const {
    return tls ? net::tls_failure(error, doing) : net::socket_failure(error, doing);
  }

  net::TcpSocket plain;
  std::unique_ptr<net::TlsStream> tls;
};

Conversation::Conversation(const std::vector<QueryResponse>& steps, const net::TlsSettings& settings,
                           std::string host, net::Tls& tls)
    : steps_(steps), settings_(settings), host_(std::move(host)), tls_(tls) {}

asio::awaitable<ProbeResult> Conversation::hold(Run& run, net::TcpSocket socket, bool tls) {
  run.evidence.received(1);  // the peer's word that the connection stands
  Wire wire(std::move(socket));
  if (tls)
    if (auto failure = co_await secure(run, wire)) co_return ProbeResult::fail(*std::move(failure));
  for (const QueryResponse& step : steps_)
    if (auto failure = co_await play(run, wire, step)) co_return ProbeResult::fail(*std::move(failure));
  co_return ProbeResult::pass(steps_.empty() ? "connection accepted"
                                             : std::to_string(steps_.size()) + " steps as expected");
}

void Conversation::show(Page& page) const {
  page.gauge("probe_failed_due_to_regex", "Indicates if probe failed due to regex", by_regex_ ? 1 : 0);
  for (const Labels& each : found_) page.gauge("probe_expect_info", "Explicit content matched", 1, each);
  if (facts_) show_tls(*facts_, page);
}

void Conversation::show_bytes(Page& page) const {
  page.gauge("probe_failed_due_to_bytes", "Indicates if probe failed due to bytes", by_bytes_ ? 1 : 0);
}

asio::awaitable<std::optional<Failure>> Conversation::secure(Run& run, Wire& wire) {
  auto stream = co_await tls_.handshake(run, std::move(wire.plain), settings_, host_);
  if (!stream) co_return std::move(stream).error();
  wire.tls = *std::move(stream);
  facts_ = net::tls_facts(*wire.tls, settings_);
  lines_ = {};  // what was said before does not count any more
  co_return std::nullopt;
}

asio::awaitable<std::optional<Failure>> Conversation::play(Run& run, Wire& wire, const QueryResponse& step) {
  std::string words = step.send;
  if (step.expect) {
    auto answer = co_await await_line(run, wire, step);
    if (!answer) co_return std::move(answer).error();
    words = *std::move(answer);
  } else if (!step.expect_bytes.empty()) {
    if (auto failure = co_await await_bytes(run, wire, step.expect_bytes)) co_return failure;
  }
  if (!words.empty()) {
    run.frame("sent", words);
    if (!step.raw) words += '\n';
    const auto [error, count] = co_await wire.write(words);
    run.evidence.sent(count);
    if (error) co_return wire.failure(error, "sending");
  }
  if (!step.starttls) co_return std::nullopt;
  if (wire.tls) co_return Failure{Reason::tls_protocol, "starttls on a connection that speaks TLS already"};
  co_return co_await secure(run, wire);
}

// Reads until a line is as expected; what is to be sent in answer to it.
asio::awaitable<Conversation::Answer> Conversation::await_line(Run& run, Wire& wire,
                                                               const QueryResponse& step) {
  run.enter(Phase::processing);
  run.phases.note("waiting for " + step.expect->text());
  for (;;) {
    while (const auto line = lines_.next()) {
      run.frame("received", *line);
      auto answer = step.expect->expanded_in(*line, step.send);
      if (!answer) continue;
      Labels labels;
      for (const auto& [name, value] : step.labels)
        labels.emplace_back(name, clip(step.expect->expanded_in(*line, value).value_or(""), label_bytes));
      if (!labels.empty()) found_.push_back(std::move(labels));
      co_return *std::move(answer);
    }
    if (lines_.ended()) {
      by_regex_ = true;
      co_return std::unexpected(
          Failure{Reason::assertion, "closed before a line matched " + step.expect->text()});
    }
    if (lines_.too_long())
      co_return std::unexpected(Failure{Reason::too_large, "a line is longer than 64 KiB"});
    if (auto failure = co_await read_more(run, wire, "waiting for a line"))
      co_return std::unexpected(*std::move(failure));
  }
}

asio::awaitable<std::optional<Failure>> Conversation::await_bytes(Run& run, Wire& wire,
                                                                  const std::string& expected) {
  run.enter(Phase::processing);
  run.phases.note("waiting for " + std::to_string(expected.size()) + " bytes");
  for (;;) {
    if (const auto bytes = lines_.take(expected.size())) {
      run.frame("received", *bytes);
      by_bytes_ = *bytes != expected;
      if (!by_bytes_) co_return std::nullopt;
      co_return Failure{Reason::assertion, "\"" + one_line(*bytes, 100) + "\" came where \"" +
                                               one_line(expected, 100) + "\" was expected"};
    }
    if (lines_.ended())
      co_return Failure{Reason::truncated,
                        "closed before " + std::to_string(expected.size()) + " bytes had come"};
    if (auto failure = co_await read_more(run, wire, "waiting for bytes")) co_return failure;
  }
}

asio::awaitable<std::optional<Failure>> Conversation::read_more(Run& run, Wire& wire,
                                                                std::string_view doing) {
  char piece[4096];
  const auto [error, count] = co_await wire.read(asio::buffer(piece));
  run.evidence.received(count);
  lines_.feed({piece, count});
  if (net::is_end(error)) {
    lines_.end();
  } else if (error) {
    co_return wire.failure(error, doing);
  }
  co_return std::nullopt;
}

}  // namespace answerback::blackbox
