#include "probes/auth/auth.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "model/redactor.h"
#include "model/text.h"
#include "net/http_stage.h"
#include "net/retry_after.h"
#include "probe/within.h"
#include "probes/auth/issuer.h"
#include "probes/auth/socket.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using Answer = std::expected<net::HttpResponse, Failure>;
using Outcome = std::optional<ProbeResult>;  // nothing: go on

constexpr std::size_t largest_document = 256 * 1024;
constexpr double surely_over = 600;  // seconds after its end a token has expired on any clock
constexpr Duration patience = 5s;    // with one forgery
constexpr std::size_t shown_body = 400;
constexpr double last_moment = 9e9;  // seconds since the epoch that a Wall can hold

// What is kept from one run to the next.
struct AuthMemory {
  std::optional<std::vector<std::string>> keys;  // names of the issuer's
  struct Dated {
    std::string token;
    double expires;
  };
  std::optional<Dated> oldest;       // becomes a token that has expired
  int until_negative = 0;            // runs
  std::optional<ProbeResult> doubt;  // of the last round of forgeries, where they are not tried again at once
};

Outcome auth_fails(Failure failure) { return ProbeResult::fail(std::move(failure)); }

Outcome auth_fails(const std::string& place, Failure failure) {
  failure.detail = place + ": " + failure.detail;
  return ProbeResult::fail(std::move(failure));
}

double auth_seconds(Wall at) { return seconds(at.time_since_epoch()); }

std::string auth_span(double seconds) {
  const auto whole = std::llround(seconds);
  return whole >= 120 ? std::to_string((whole + 30) / 60) + " min" : std::to_string(whole) + " s";
}

// One run.
class AuthRun {
 public:
  AuthRun(Run& run, Services& services, const AuthSettings& settings, AuthMemory& memory)
      : run_(run),
        services_(services),
        settings_(settings),
        memory_(memory),
        transport_{services.dns, services.tls, services.proxies} {}

  asio::awaitable<ProbeResult> judge_all() {
    const Steady began = run_.clock.now();
    ProbeResult result = co_await first_failure();
    if (clock_) run_.evidence.measure(Measure::clock_skew, seconds(clock_->ahead));
    if (result.verdict == Verdict::fail && clocks_apart() && !result.detail.starts_with(clock_words()))
      result.detail += "; " + clock_words();  // which may well be why
    result.detail = masks_.taken_out_of(std::move(result.detail));
    if (result.verdict != Verdict::pass) co_return result;
    if (auto slow = judge(settings_.slow, run_.clock.now() - began)) co_return *std::move(slow);
    co_return result;
  }

 private:
  asio::awaitable<ProbeResult> first_failure() {
    if (auto bad = co_await get_token()) co_return *bad;
    if (auto bad = look_at_token()) co_return *bad;
    if (auto bad = co_await verify_token()) co_return *bad;
    if (auto bad = co_await present_token()) co_return *bad;
    if (auto bad = co_await try_forgeries()) co_return *bad;
    if (auto bad = look_at_clock()) co_return *bad;
    if (!doubts_.empty()) co_return doubts_.front();
    co_return ProbeResult::pass(std::move(passed_));
  }

  // --- the token ---

  asio::awaitable<Outcome> get_token() {
    run_.enter(Phase::sign_in);
    if (!settings_.sign_in) {
      auto token = co_await services_.credentials.token(run_, settings_.credentials);
      if (!token) co_return auth_fails(std::move(token).error());
      original_.token = token->reveal();
      masks_.add(original_.token);
      say("a token of " + settings_.credentials);
      co_return std::nullopt;
    }
    const net::HttpRequest& request = settings_.sign_in->request;
    const Answer answer = co_await ask(request, false);
    if (!answer) co_return auth_fails(request.url.place(), answer.error());
    const auto signed_in = judge_sign_in(*settings_.sign_in, *answer, run_.clock.wall());
    if (!signed_in) co_return auth_fails(request.url.place(), signed_in.error());
    original_.token = signed_in->token.reveal();
    lifetime_ = signed_in->lifetime;
    masks_.add(original_.token);
    say("signed in");
    co_return std::nullopt;
  }

  Outcome look_at_token() {
    run_.enter(Phase::token);
    const Wall now = run_.clock.wall();
    auto seen = judge_token(settings_.token, original_.token, now);
    if (!seen) return auth_fails(std::move(seen).error());
    original_.seen = *std::move(seen);
    run_.frame("token", token_evidence(original_.seen));
    if (!original_.seen.expires && lifetime_)
      original_.seen.expires = auth_seconds(now) + seconds(*lifetime_);
    const double left = original_.seen.expires.value_or(0) - auth_seconds(now);
    if (original_.seen.expires) run_.evidence.measure(Measure::token_lifetime, left);
    if (settings_.sign_in && original_.seen.issued && *original_.seen.issued < last_moment)
      see_clock(
          Wall(std::chrono::milliseconds(static_cast<std::int64_t>(*original_.seen.issued * 1000) + 500)) -
              now,
          "the token's iat");
    say(original_.seen.jws ? original_.seen.jws->alg + " token" : "opaque token");
    if (original_.seen.expires) passed_ += " for " + auth_span(left);
    return std::nullopt;
  }

  // --- whose it is ---

  asio::awaitable<Outcome> verify_token() {
    const auto& jws = original_.seen.jws;
    if (!settings_.secret.empty()) {
      run_.enter(Phase::keys);
      if (!jws) co_return auth_fails({Reason::assertion, "the token is opaque: no secret can verify it"});
      if (const auto good = verify(*jws, settings_.secret); !good)
        co_return auth_fails({Reason::auth_split_brain,
                              "the token does not verify: " + good.error() +
                                  "; whoever issues tokens has another one than is configured here"});
      original_.secret = settings_.secret;
      passed_ += ", verified";
    }
    if (settings_.issuer.empty() && !settings_.keys) co_return std::nullopt;
    net::Url place;
    if (settings_.keys) {
      place = *settings_.keys;
    } else {
      auto found = co_await find_keys();
      if (!found) co_return auth_fails(std::move(found).error());
      place = *std::move(found);
    }
    co_return co_await verify_by_keys(place);
  }

  asio::awaitable<std::expected<net::Url, Failure>> find_keys() {
    run_.enter(Phase::discovery);
    const auto issuer = net::parse_url(settings_.issuer, {"http", "https"});
    std::string place = openid_place(settings_.issuer);
    Answer answer = co_await get(place, true);
    if (answer && answer->status == 404 && issuer) {
      const std::string other = oauth_place(*issuer);
      Answer second = co_await get(other, true);
      if (!second || second->status != 404) {
        place = other;
        answer = std::move(second);
      }
    }
    auto keys = answer ? judge_metadata(settings_.issuer, *answer) : std::unexpected(answer.error());
    if (!keys) keys.error().detail = place + ": " + keys.error().detail;
    co_return keys;
  }

  asio::awaitable<Outcome> verify_by_keys(const net::Url& place) {
    run_.enter(Phase::keys);
    const Answer answer = co_await get(place.text(), false);
    if (!answer) co_return auth_fails(place.place(), answer.error());
    const auto found = judge_keys(*answer);
    if (!found) co_return auth_fails(place.place(), found.error());
    run_.frame("keys", keys_evidence(found->keys));
    if (!found->doubtful.empty())
      doubts_.push_back(ProbeResult::warn(Reason::assertion, place.place() + ": " + found->doubtful));
    auto names = names_of(found->keys);
    if (memory_.keys)
      if (const std::string change = rotation(*memory_.keys, names); !change.empty())
        doubts_.push_back(
            ProbeResult::warn(Reason::contract_drift, "the issuer's keys have changed: " + change));
    memory_.keys = std::move(names);
    if (!original_.seen.jws) co_return std::nullopt;
    if (original_.seen.jws->alg.starts_with("HS")) co_return std::nullopt;  // no public key verifies it
    if (auto good = verify_by(found->keys, *original_.seen.jws); !good)
      co_return auth_fails(std::move(good).error());
    passed_ += ", verified by the issuer's keys";
    co_return std::nullopt;
  }

  // --- who accepts it ---

  asio::awaitable<Outcome> present_token() {
    std::vector<Opinion> opinions;
    if (settings_.introspect) {
      run_.enter(Phase::introspection);
      opinions.push_back(co_await opinion(*settings_.introspect, original_.token, true));
    }
    if (settings_.validate || settings_.guarded || !settings_.also.empty() || !settings_.sockets.empty())
      run_.enter(Phase::access);
    const std::optional<Door>* const doors[] = {&settings_.validate, &settings_.guarded};
    for (const std::optional<Door>* door : doors)
      if (*door) opinions.push_back(co_await opinion(**door, original_.token, false));
    for (const Door& door : settings_.also)
      opinions.push_back(co_await opinion(door, original_.token, false));
    for (const net::WebSocketRequest& socket : settings_.sockets) {
      const std::string place = socket.url.place();
      run_.phases.note(place);
      opinions.push_back({place, co_await knock_at_socket(run_, services_, socket, Secret(original_.token))});
    }
    if (opinions.empty()) co_return std::nullopt;
    if (auto failure = judge_opinions(opinions)) {
      if (failure->reason == Reason::auth && !settings_.credentials.empty())
        services_.credentials.refused(run_, settings_.credentials, original_.token);
      co_return auth_fails(*std::move(failure));
    }
    say("accepted by " + std::to_string(opinions.size()) + (opinions.size() == 1 ? " service" : " services"));
    co_return std::nullopt;
  }

  asio::awaitable<Opinion> opinion(const Door& door, std::string token, bool introspects) {
    const std::string place = door.request.url.place();
    const Answer answer = co_await ask(knock(door, token), true);
    if (!answer)
      co_return Opinion{
          place,
          {.kind = Access::Kind::unclear, .reason = answer.error().reason, .words = answer.error().detail}};
    co_return Opinion{place, introspects ? judge_introspection(*answer) : judge_access(door.expect, *answer)};
  }

  // --- what must be refused ---

  asio::awaitable<Outcome> try_forgeries() {
    age_a_token();
    const std::optional<Door>& door = settings_.guarded ? settings_.guarded : settings_.validate;
    if (!door || settings_.refuse.empty()) co_return std::nullopt;
    if (memory_.until_negative-- > 0) {
      if (memory_.doubt) doubts_.push_back(*memory_.doubt);
      co_return std::nullopt;
    }
    memory_.until_negative = 0;  // until they have all been refused
    const std::vector<Tried> tried = co_await try_each(*door);
    auto verdict = judge_forgeries(door->request.url.place(), tried);
    memory_.doubt = std::nullopt;
    if (!verdict || verdict->reason == Reason::rate_limited)
      memory_.until_negative = settings_.negative_every - 1;
    if (!verdict) {
      say(std::to_string(tried.size()) + " forgeries refused");
      co_return std::nullopt;
    }
    for (const Tried& each : tried) {
      if (verdict->verdict == Verdict::fail && each.access.kind == Access::Kind::accepted) {
        run_.enter(phase_of(each.forgery));
        co_return verdict;
      }
    }
    memory_.doubt = verdict;
    doubts_.push_back(*std::move(verdict));
    co_return std::nullopt;
  }

  asio::awaitable<std::vector<Tried>> try_each(const Door& door) {
    std::vector<Tried> tried;
    for (std::size_t i = 0; i < settings_.refuse.size(); ++i) {
      const Forgery each = settings_.refuse[i];
      const auto token = forge(each, original_, run_.clock.wall(), services_.random);
      if (!token) continue;
      run_.enter(phase_of(each));
      if (!token->empty()) masks_.add(*token);
      // Each has its share of the time that is left: silence to one is no verdict on the whole.
      const Steady now = run_.clock.now();
      const Duration share = (run_.deadline - now) / static_cast<int>(settings_.refuse.size() - i + 1);
      const net::HttpRequest request = knock(door, token->empty() ? std::nullopt : std::optional(*token));
      const auto answer =
          co_await within(run_.clock, now + std::min<Duration>(share, patience), ask(request, true));
      Access access{
          .kind = Access::Kind::unclear, .reason = Reason::read_timeout, .words = "no answer in time"};
      if (answer && *answer)
        access = judge_access(door.expect, **answer);
      else if (answer)
        access = {
            .kind = Access::Kind::unclear, .reason = answer->error().reason, .words = answer->error().detail};
      tried.push_back({each, std::move(access)});
    }
    co_return tried;
  }

  // Where we cannot sign an expired token, one of theirs is kept until it is one.
  void age_a_token() {
    if (!original_.secret.empty() || !original_.seen.expires) return;
    if (!memory_.oldest) memory_.oldest = {original_.token, *original_.seen.expires};
    if (auth_seconds(run_.clock.wall()) > memory_.oldest->expires + surely_over)
      original_.outlived = memory_.oldest->token;
    masks_.add(memory_.oldest->token);
  }

  // --- clocks ---

  void see_clock(Duration ahead, std::string whose) {
    if (!clock_ || std::chrono::abs(ahead) > std::chrono::abs(clock_->ahead))
      clock_ = {ahead, std::move(whose)};
  }

  bool clocks_apart() const {
    const Duration bound =
        std::min(settings_.clock_warn, settings_.clock_fail.value_or(settings_.clock_warn));
    return clock_ && std::chrono::abs(clock_->ahead) > bound;
  }
  std::string clock_words() const {
    return "the clock of " + clock_->whose + " is " + auth_span(seconds(std::chrono::abs(clock_->ahead))) +
           (clock_->ahead > Duration::zero() ? " ahead of ours" : " behind ours");
  }

  Outcome look_at_clock() {
    if (!clocks_apart()) return std::nullopt;
    if (settings_.clock_fail && std::chrono::abs(clock_->ahead) > *settings_.clock_fail)
      return auth_fails({Reason::assertion, clock_words()});
    doubts_.push_back(ProbeResult::warn(Reason::assertion, clock_words()));
    return std::nullopt;
  }

  // --- talking ---

  asio::awaitable<Answer> get(std::string url, bool show_body) {
    net::HttpRequest request;
    auto parsed = net::parse_url(url, {"http", "https"});
    if (!parsed) co_return std::unexpected(Failure{Reason::internal, parsed.error()});
    request.url = *std::move(parsed);
    request.tls = settings_.tls;
    request.headers.emplace_back("Accept", "application/json");
    request.limits.body_bytes = largest_document;
    co_return co_await ask(request, show_body);
  }

  // The body of a sign-in holds the token, and more that we do not know: it is never shown.
  asio::awaitable<Answer> ask(const net::HttpRequest& request, bool show_body) {
    Evidence apart;  // of many exchanges only the certificates are worth a measure
    Answer answer = co_await net::fetch_in_stage(run_, apart, transport_, request);
    run_.evidence.sent(apart.bytes_sent());
    run_.evidence.received(apart.bytes_received());
    for (const Sample& each : apart.samples())
      if (each.measure == Measure::certificate_expiry) run_.evidence.measure(each.measure, each.value);
    std::string text = request.method + " " + request.url.place() + "\n";
    if (!answer) {
      text += answer.error().detail;
    } else {
      text += "HTTP " + std::to_string(answer->status);
      if (const std::string* why = net::find_header(answer->headers, "www-authenticate"))
        text += "\nwww-authenticate: " + one_line(*why, 200);
      if (show_body && !answer->body.empty())
        text += "\n\n" + clip(masks_.taken_out_of(answer->body), shown_body);
      if (const auto ahead = net::clock_ahead(answer->headers, run_.clock.wall()))
        see_clock(*ahead, request.url.place());
    }
    run_.frame(name(run_.phases.current()), masks_.taken_out_of(std::move(text)));
    co_return answer;
  }

  void say(const std::string& what) { passed_ += (passed_.empty() ? "" : ", ") + what; }

  struct SeenClock {
    Duration ahead;
    std::string whose;
  };

  Run& run_;
  Services& services_;
  const AuthSettings& settings_;
  AuthMemory& memory_;
  const net::Transport transport_;
  Original original_;
  std::optional<Duration> lifetime_;
  std::optional<SeenClock> clock_;
  Redactor masks_;  // knows the tokens of this run
  std::vector<ProbeResult> doubts_;
  std::string passed_;
};

class AuthProbe final : public Probe {
 public:
  AuthProbe(AuthSettings settings, Services& services)
      : settings_(std::move(settings)), services_(services) {}

  asio::awaitable<ProbeResult> run(Run& run) override {
    AuthRun once(run, services_, settings_, memory_);
    co_return co_await once.judge_all();
  }

 private:
  AuthSettings settings_;
  Services& services_;
  AuthMemory memory_;
};

std::unique_ptr<Probe> make_auth(config::Fields& fields, Services& services) {
  return std::make_unique<AuthProbe>(read_auth(fields), services);
}

constexpr Reason auth_reasons[] = {Reason::auth,      Reason::auth_bypass,  Reason::auth_split_brain,
                                   Reason::forbidden, Reason::rate_limited, Reason::contract_drift};

}  // namespace

constinit const ProbeType auth{
    .name = "auth",
    .summary = "signing in works, the token is good and accepted everywhere, and forged ones are refused",
    .make = make_auth,
    .reasons = auth_reasons,
};

}  // namespace answerback::probes
