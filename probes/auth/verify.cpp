#include <utility>

#include "probes/auth/inquiry.h"
#include "probes/auth/issuer.h"

namespace answerback::probes {
namespace {

Outcome verify_by_secret(Inquiry& inquiry) {
  const AuthSettings& settings = inquiry.settings;
  const auto& jws = inquiry.original.seen.jws;
  inquiry.run.enter(Phase::keys);
  if (!jws) return auth_fails({Reason::assertion, "the token is opaque: no secret can verify it"});
  if (const auto good = verify(*jws, settings.secret); !good)
    return auth_fails(
        {Reason::auth_split_brain, "the token does not verify: " + good.error() +
                                       "; whoever issues tokens has another one than is configured here"});
  inquiry.original.secret = settings.secret;
  inquiry.say("verified");
  return std::nullopt;
}

asio::awaitable<std::expected<net::Url, Failure>> find_keys(Inquiry& inquiry) {
  const AuthSettings& settings = inquiry.settings;
  inquiry.run.enter(Phase::discovery);
  const auto issuer = net::parse_url(settings.issuer, {"http", "https"});
  std::string place = openid_place(settings.issuer);
  AuthAnswer answer = co_await inquiry.talk.get(place, settings.tls, true);
  if (answer && answer->status == 404 && issuer) {
    const std::string other = oauth_place(*issuer);
    AuthAnswer second = co_await inquiry.talk.get(other, settings.tls, true);
    if (!second || second->status != 404) {
      place = other;
      answer = std::move(second);
    }
  }
  auto keys = answer ? judge_metadata(settings.issuer, *answer) : std::unexpected(answer.error());
  if (!keys) keys.error().detail = place + ": " + keys.error().detail;
  co_return keys;
}

asio::awaitable<Outcome> verify_by_keys(Inquiry& inquiry, const net::Url& place) {
  inquiry.run.enter(Phase::keys);
  const AuthAnswer answer = co_await inquiry.talk.get(place.text(), inquiry.settings.tls, false);
  if (!answer) co_return auth_fails(place.place(), answer.error());
  const auto found = judge_keys(*answer);
  if (!found) co_return auth_fails(place.place(), found.error());
  inquiry.run.frame("keys", keys_evidence(found->keys));
  if (!found->doubtful.empty())
    inquiry.doubts.push_back(ProbeResult::warn(Reason::assertion, place.place() + ": " + found->doubtful));
  auto& known = inquiry.memory.keys;
  auto names = names_of(found->keys);
  if (const std::string change = known ? rotation(*known, names) : ""; !change.empty())
    inquiry.doubts.push_back(
        ProbeResult::warn(Reason::contract_drift, "the issuer's keys have changed: " + change));
  known = std::move(names);
  const auto& jws = inquiry.original.seen.jws;
  if (!jws || jws->alg.starts_with("HS")) co_return std::nullopt;  // no public key verifies it
  if (auto good = verify_by(found->keys, *jws); !good) co_return auth_fails(std::move(good).error());
  inquiry.say("verified by the issuer's keys");
  co_return std::nullopt;
}

}  // namespace

asio::awaitable<Outcome> verify_token(Inquiry& inquiry) {
  const AuthSettings& settings = inquiry.settings;
  if (!settings.secret.empty())
    if (auto bad = verify_by_secret(inquiry)) co_return bad;
  if (settings.keys) co_return co_await verify_by_keys(inquiry, *settings.keys);
  if (settings.issuer.empty()) co_return std::nullopt;
  const auto place = co_await find_keys(inquiry);
  if (!place) co_return auth_fails(place.error());
  co_return co_await verify_by_keys(inquiry, *place);
}

}  // namespace answerback::probes
