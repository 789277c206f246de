#include "probes/shared/platform/session.h"

#include <algorithm>
#include <boost/json.hpp>

#include "credentials/credentials.h"
#include "model/text.h"
#include "probes/shared/platform/time.h"

namespace answerback::probes {
namespace {

std::string notice(const AgentEvent& event) {
  std::string text = event.name == "system_message" ? "fallback active" : event.name;
  for (std::size_t i = 0; i < event.missing.size(); ++i)
    text += (i == 0 ? ": missing " : ", ") + event.missing[i];
  return event.missing.empty() && !event.words.empty() ? text + ": " + event.words : text;
}

bool is_heartbeat(EventKind kind) {
  return kind == EventKind::ping || kind == EventKind::pong || kind == EventKind::heartbeat;
}

std::string limit_words(const AgentEvent& event) {
  return "the server limits our connections: " + event.words;
}

}  // namespace

Session::Session(Run& run, const SessionSettings& settings, std::span<const std::string> stages,
                 PlatformSocket socket)
    : run_(&run), settings_(&settings), stages_(stages), socket_(std::move(socket)) {
  seen_.upgrade = socket_.upgrade();
  seen_.unselected = socket_.unselected();
}

asio::awaitable<std::expected<Session, Failure>> Session::open(Run& run, Services& services,
                                                               const SessionSettings& settings,
                                                               std::span<const std::string> stages) {
  auto socket = co_await PlatformSocket::open(run, services, settings);
  if (!socket) co_return std::unexpected(std::move(socket).error().failure);
  co_return co_await begin(run, services, settings, stages, *std::move(socket));
}

asio::awaitable<std::expected<Session, Failure>> Session::begin(Run& run, Services& services,
                                                                const SessionSettings& settings,
                                                                std::span<const std::string> stages,
                                                                PlatformSocket socket) {
  const std::string token = socket.token();
  Session session(run, settings, stages, std::move(socket));

  run.enter(Phase::welcome);
  if (settings.send_token == SendToken::message && !token.empty()) {
    const std::string message = token_message(token);
    if (auto sent = co_await session.send(message); !sent) co_return std::unexpected(std::move(sent).error());
  }
  if (settings.welcome.rule != Welcome::Rule::none) {
    if (auto welcomed = co_await session.welcome(); !welcomed) {
      if (welcomed.error().reason == Reason::auth)  // then the next run has another token
        services.credentials.refused(run, settings.credentials, token);
      co_await session.close();
      co_return std::unexpected(std::move(welcomed).error());
    }
  }
  co_return std::move(session);
}

asio::awaitable<std::expected<void, Failure>> Session::welcome() {
  const Steady began = run_->clock.now();
  const Steady until =
      settings_->welcome_within ? std::min(last_call(), began + *settings_->welcome_within) : last_call();
  std::string instead;
  bool welcomed = false;
  for (;;) {
    auto arrival = co_await next(until);
    if (!arrival) {
      Failure failure = std::move(arrival).error();
      if (failure.reason == Reason::closed) failure.detail += ", before the welcome";
      co_return std::unexpected(std::move(failure));
    }
    if (!*arrival) break;
    const AgentEvent& event = (*arrival)->event;
    if (!welcomed) {
      const std::string wrong = judge_welcome(settings_->welcome, event, (*arrival)->text);
      welcomed = wrong.empty();
      if (!welcomed && (instead.empty() || !is_heartbeat(event.kind))) instead = wrong;
    }
    if (welcomed && !handshake_due_) co_return std::expected<void, Failure>();
  }
  if (instead.empty()) instead = "the server said nothing (`welcome: none` if it never does)";
  if (welcomed) instead = "the handshake was not completed";
  co_return std::unexpected(
      Failure{Reason::no_welcome, "no welcome in " + spoken(run_->clock.now() - began) + ": " + instead});
}

asio::awaitable<std::expected<std::optional<Session::Arrival>, Failure>> Session::next(Steady until) {
  auto read = co_await socket_.next(until);
  if (!read) co_return std::unexpected(std::move(read).error().failure);
  if (!*read) co_return std::nullopt;
  net::Message message = **std::move(read);
  Arrival arrival{{}, {}, run_->clock.now()};
  if (!message.text) {
    ++seen_.unreadable;
    co_return arrival;
  }
  arrival.event = read_event(message.data, stages_);
  arrival.text = std::move(message.data);
  note(arrival.event);
  if (arrival.event.kind == EventKind::sign_in_error)
    co_return std::unexpected(
        Failure{Reason::auth, "the server did not believe who we are: " + arrival.event.words});
  if (arrival.event.kind == EventKind::limit)
    co_return std::unexpected(Failure{Reason::rate_limited, limit_words(arrival.event)});
  if (auto answered = co_await answer(arrival.event); !answered)
    co_return std::unexpected(std::move(answered).error());
  co_return arrival;
}

void Session::note(const AgentEvent& event) {
  using enum EventKind;
  if (event.kind == unreadable) ++seen_.unreadable;
  if (event.kind == unknown) ++seen_.unknown;
  if (event.kind == ping) ++seen_.pings;
  if (event.kind == pong) ++seen_.pongs;
  if (event.kind == handshake) handshake_due_ = true;
  if (event.kind == handshake_complete) handshake_due_ = false;
  if (event.kind == welcome && !event.user_id.empty()) seen_.user_id = event.user_id;
  if (event.degraded && seen_.degraded.empty()) seen_.degraded = notice(event);
}

// What a client of the platform owes.
asio::awaitable<std::expected<void, Failure>> Session::answer(const AgentEvent& event) {
  if (event.kind == EventKind::ping) co_return co_await send(R"({"type":"pong"})");
  if (event.kind == EventKind::handshake) {
    co_return co_await send(boost::json::serialize(
        boost::json::object{{"type", "handshake_acknowledged"}, {"thread_id", event.thread_id}}));
  }
  co_return std::expected<void, Failure>();
}

asio::awaitable<std::expected<void, Failure>> Session::send(std::string text) {
  co_return co_await socket_.send(std::move(text));
}

std::optional<ProbeResult> Session::warning() const {
  if (!seen_.degraded.empty())
    return ProbeResult::warn(Reason::degraded_notice, "the server says of itself: " + seen_.degraded);
  if (seen_.unselected)
    return ProbeResult::warn(Reason::subprotocol, "subprotocols were offered and the server selected none");
  return std::nullopt;
}

}  // namespace answerback::probes
