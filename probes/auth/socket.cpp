#include "probes/auth/socket.h"

#include "probes/shared/platform/session.h"
#include "probes/shared/platform/time.h"

namespace answerback::probes {
namespace {

using Kind = Access::Kind;

constexpr Duration least_silence = std::chrono::milliseconds(100);  // that tells anything

asio::awaitable<Greeting> greeting_of(Run& run, Services& services, const SessionSettings& settings) {
  auto socket = co_await PlatformSocket::open(run, services, settings);
  if (!socket) {
    net::Refusal& refusal = socket.error();
    co_return Greeting{.why = std::move(refusal.failure), .status = refusal.status};
  }
  const Steady began = run.clock.now();
  auto session = co_await Session::begin(run, services, settings, {}, *std::move(socket));
  const Duration after = run.clock.now() - began;
  if (session) {
    co_await session->close();
    co_return Greeting{.kind = Greeting::Kind::welcomed, .after = after};
  }
  if (session.error().reason == Reason::no_welcome)
    co_return Greeting{.kind = Greeting::Kind::silent, .after = after};
  co_return Greeting{.after = after, .why = std::move(session).error()};
}

Access not_let_in(const Failure& why) {
  return {.kind = why.reason == Reason::auth ? Kind::refused : Kind::unclear,
          .reason = why.reason,
          .words = why.detail};
}

}  // namespace

asio::awaitable<Greeting> knock_at_socket(Run& run, Services& services, const net::WebSocketRequest& request,
                                          Secret token, Duration patience) {
  SessionSettings settings{.request = request, .token = std::move(token)};
  settings.welcome_within = patience;
  Phases inside;
  Run aside{run.clock, run.deadline, inside, run.evidence, run.id};
  co_return co_await greeting_of(aside, services, settings);
}

Access judge_greeting(const Greeting& greeting) {
  switch (greeting.kind) {
    case Greeting::Kind::welcomed:
      return {.kind = Kind::accepted, .reason = Reason::none, .words = "welcomed us"};
    case Greeting::Kind::silent:
      return {.kind = Kind::accepted, .reason = Reason::none, .words = "stays open"};
    case Greeting::Kind::not_let_in: break;
  }
  return not_let_in(greeting.why);
}

Access judge_greeting(const Greeting& forged, const Greeting& good) {
  if (forged.kind == Greeting::Kind::silent) {
    const bool told = forged.after >= 2 * good.after && forged.after >= least_silence;
    return {.kind = told ? Kind::refused : Kind::unclear,
            .reason = told ? Reason::auth : Reason::read_timeout,
            .words = "no welcome in " + spoken(forged.after)};
  }
  if (forged.kind == Greeting::Kind::not_let_in && forged.why.reason == Reason::upgrade_refused)
    return judge_status(forged.status, forged.why.detail);
  return judge_greeting(forged);
}

}  // namespace answerback::probes
