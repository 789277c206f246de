#include "credentials/token_keeper.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/http_stage.h"
#include "probe/within.h"

namespace answerback {

namespace {

std::string whole_seconds(Duration d) {
  return std::to_string(std::chrono::ceil<std::chrono::seconds>(d).count()) + " s";
}

}  // namespace

struct TokenKeeper::Turn {
  explicit Turn(TokenKeeper& keeper) : keeper_(keeper) { keeper.busy_ = true; }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    keeper_.busy_ = false;
    keeper_.turn_ended_->cancel();
  }

 private:
  TokenKeeper& keeper_;
};

TokenKeeper::TokenKeeper(std::string name, SignIn sign_in, net::Transport transport, Random& random,
                         std::function<void(const Secret&)> learn)
    : name_(std::move(name)),
      sign_in_(std::move(sign_in)),
      transport_(transport),
      random_(random),
      learn_(std::move(learn)) {}

asio::awaitable<std::expected<Secret, Failure>> TokenKeeper::token(std::shared_ptr<TokenKeeper> keeper,
                                                                   Run& run) {
  TokenKeeper& me = *keeper;
  if (!me.turn_ended_)
    me.turn_ended_.emplace(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
  for (;;) {
    const Steady now = run.clock.now();
    const bool good = me.kept_ && now < me.kept_->until;
    const bool fresh = good && now < me.kept_->renew;
    if (fresh || (good && (me.busy_ || now < me.quiet_until_))) co_return Secret(me.kept_->token);
    if (now < me.quiet_until_) {
      run.enter(Phase::sign_in, Reason::auth);
      co_return std::unexpected(me.failure_);
    }
    if (!me.busy_) {
      co_await me.sign_in(run);
      continue;
    }
    run.enter(Phase::sign_in, Reason::auth);
    run.phases.note("waiting for credentials \"" + me.name_ + "\", " + me.sign_in_.request.url.place());
    co_await me.turn_ended_->async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

asio::awaitable<void> TokenKeeper::sign_in(Run& run) {
  const Turn turn(*this);
  run.enter(Phase::sign_in, Reason::auth);
  Evidence apart;  // what the issuer says is no evidence of the target
  const Steady began = run.clock.now(), until = std::min(began + limit, run.deadline);
  const auto request = sign_in_request(sign_in_, run.clock.wall(), random_);
  std::optional<std::expected<net::HttpResponse, Failure>> response;
  if (request)
    response = co_await within(run.clock, until, net::fetch_in_stage(run, apart, transport_, *request));
  else
    response.emplace(std::unexpected(request.error()));
  std::string detail = "credentials \"" + name_ + "\": signing in at ";
  if (!response) {
    detail += run.phases.note() + ": no answer in " + whole_seconds(run.clock.now() - began);
  } else if (!*response) {
    detail += sign_in_.request.url.place() + ": " + response->error().detail;
  } else if (auto judged = judge_sign_in(sign_in_, **response, run.clock.wall()); !judged) {
    detail += sign_in_.request.url.place() + ": " + judged.error().detail;
  } else {
    keep(*std::move(judged), run.clock.now());
    co_return;
  }
  failure_ = {Reason::auth, std::move(detail)};
  quiet_until_ = run.clock.now() + quiet;
}

void TokenKeeper::keep(SignedIn signed_in, Steady now) {
  learn_(signed_in.token);
  const Duration good_for =
      std::max<Duration>(signed_in.lifetime.value_or(lifetime), std::chrono::seconds(1));
  kept_ = {.token = signed_in.token.reveal(),
           .since = now,
           .renew = now + good_for - std::min<Duration>(renew_before, good_for / 4),
           .until = now + good_for};
  quiet_until_ = {};
}

bool TokenKeeper::refused(const std::string& token, Steady now) {
  if (!kept_) return !busy_ && now >= quiet_until_;
  if (kept_->token != token) return true;  // somebody has fetched another meanwhile
  if (now - kept_->since < settled) return false;
  kept_.reset();
  return true;
}

}  // namespace answerback
