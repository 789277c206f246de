#include <cmath>

#include "probes/auth/inquiry.h"

namespace answerback::probes {
namespace {

constexpr double last_moment = 9e9;  // seconds since the epoch that a Wall can hold

}  // namespace

std::string auth_span(double seconds) {
  const auto whole = std::llround(seconds);
  return whole >= 120 ? std::to_string((whole + 30) / 60) + " min" : std::to_string(whole) + " s";
}

asio::awaitable<Outcome> get_token(Inquiry& inquiry) {
  Run& run = inquiry.run;
  const AuthSettings& settings = inquiry.settings;
  run.enter(Phase::sign_in);
  if (!settings.sign_in) {
    auto token = co_await inquiry.services.credentials.token(run, settings.credentials);
    if (!token) co_return auth_fails(std::move(token).error());
    inquiry.original.token = token->reveal();
    inquiry.talk.masks.add(inquiry.original.token);
    inquiry.say("a token of " + settings.credentials);
    co_return std::nullopt;
  }
  const auto request = sign_in_request(*settings.sign_in, run.clock.wall(), inquiry.services.random);
  if (!request) co_return auth_fails(request.error());
  const AuthAnswer answer = co_await inquiry.talk.ask(*request, false);
  if (!answer) co_return auth_fails(request->url.place(), answer.error());
  const auto signed_in = judge_sign_in(*settings.sign_in, *answer, run.clock.wall());
  if (!signed_in) co_return auth_fails(request->url.place(), signed_in.error());
  inquiry.original.token = signed_in->token.reveal();
  inquiry.lifetime = signed_in->lifetime;
  inquiry.talk.masks.add(inquiry.original.token);
  inquiry.say("signed in");
  co_return std::nullopt;
}

Outcome look_at_token(Inquiry& inquiry) {
  Run& run = inquiry.run;
  Original& original = inquiry.original;
  run.enter(Phase::token);
  const Wall now = run.clock.wall();
  auto seen = judge_token(inquiry.settings.token, original.token, now);
  if (!seen) return auth_fails(std::move(seen).error());
  original.seen = *std::move(seen);
  run.frame("token", token_evidence(original.seen));
  if (!original.seen.expires && inquiry.lifetime)
    original.seen.expires = auth_seconds(now) + seconds(*inquiry.lifetime);
  const double left = original.seen.expires.value_or(0) - auth_seconds(now);
  if (original.seen.expires) run.evidence.measure(Measure::token_lifetime, left);
  if (inquiry.settings.sign_in && original.seen.issued && *original.seen.issued < last_moment) {
    const auto issued_ms = static_cast<std::int64_t>(*original.seen.issued * 1000) + 500;
    inquiry.talk.see_clock(Wall(std::chrono::milliseconds(issued_ms)) - now, "the token's iat");
  }
  inquiry.say(original.seen.jws ? original.seen.jws->alg + " token" : "opaque token");
  if (original.seen.expires) inquiry.passed += " for " + auth_span(left);
  return std::nullopt;
}

}  // namespace answerback::probes
