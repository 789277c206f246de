#include "probes/auth/socket.h"

#include "probes/shared/platform/session.h"

namespace answerback::probes {

asio::awaitable<Access> knock_at_socket(Run& run, Services& services, const net::WebSocketRequest& request,
                                        Secret token) {
  SessionSettings settings{.request = request, .token = std::move(token)};
  settings.welcome_within = std::chrono::seconds(3);
  Phases inside;
  Run aside{run.clock, run.deadline, inside, run.evidence, run.id};
  auto session = co_await Session::open(aside, services, settings, {});
  if (session) {
    co_await session->close();
    co_return Access{.kind = Access::Kind::accepted, .reason = Reason::none, .words = "welcomed us"};
  }
  const Failure& failure = session.error();
  if (failure.reason == Reason::no_welcome)
    co_return Access{.kind = Access::Kind::accepted, .reason = Reason::none, .words = "stays open"};
  if (failure.reason == Reason::auth)
    co_return Access{.kind = Access::Kind::refused, .reason = Reason::auth, .words = failure.detail};
  co_return Access{.kind = Access::Kind::unclear, .reason = failure.reason, .words = failure.detail};
}

}  // namespace answerback::probes
