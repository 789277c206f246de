#include "probes/auth/inquiry.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;

constexpr Duration welcome_patience = 3s;

asio::awaitable<Opinion> opinion_at(Inquiry& inquiry, const Door& door, bool introspects) {
  const std::string place = door.request.url.place();
  const AuthAnswer answer = co_await inquiry.talk.ask(knock(door, inquiry.original.token), true);
  if (!answer)
    co_return Opinion{
        place,
        {.kind = Access::Kind::unclear, .reason = answer.error().reason, .words = answer.error().detail}};
  co_return Opinion{place, introspects ? judge_introspection(*answer) : judge_entry(door.expect, *answer)};
}

asio::awaitable<Opinion> opinion_at(Inquiry& inquiry, const net::WebSocketRequest& socket) {
  const std::string place = socket.url.place();
  inquiry.run.phases.note(place);
  inquiry.greetings.push_back(co_await knock_at_socket(inquiry.run, inquiry.services, socket,
                                                       Secret(inquiry.original.token), welcome_patience,
                                                       inquiry.run.deadline));
  co_return Opinion{place, judge_greeting(inquiry.greetings.back())};
}

}  // namespace

asio::awaitable<Outcome> present_token(Inquiry& inquiry) {
  const AuthSettings& settings = inquiry.settings;
  std::vector<Opinion> opinions;
  if (settings.introspect) {
    inquiry.run.enter(Phase::introspection);
    opinions.push_back(co_await opinion_at(inquiry, *settings.introspect, true));
  }
  if (settings.validate || settings.guarded || !settings.also.empty() || !settings.sockets.empty())
    inquiry.run.enter(Phase::access);
  if (settings.validate) opinions.push_back(co_await opinion_at(inquiry, *settings.validate, false));
  if (settings.guarded) opinions.push_back(co_await opinion_at(inquiry, *settings.guarded, false));
  for (const Door& door : settings.also) opinions.push_back(co_await opinion_at(inquiry, door, false));
  for (const net::WebSocketRequest& socket : settings.sockets)
    opinions.push_back(co_await opinion_at(inquiry, socket));
  if (opinions.empty()) co_return std::nullopt;
  if (auto failure = judge_opinions(opinions)) {
    if (failure->reason == Reason::auth && !settings.credentials.empty())
      inquiry.services.credentials.refused(inquiry.run, settings.credentials, inquiry.original.token);
    co_return auth_fails(*std::move(failure));
  }
  inquiry.say("accepted by " + std::to_string(opinions.size()) +
              (opinions.size() == 1 ? " service" : " services"));
  co_return std::nullopt;
}

}  // namespace answerback::probes
