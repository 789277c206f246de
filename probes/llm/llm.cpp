#include "probes/llm/llm.h"

#include <algorithm>

#include "model/text.h"
#include "net/http.h"
#include "net/retry_after.h"
#include "probe/random.h"
#include "probe/store.h"
#include "probes/llm/backoff.h"
#include "probes/llm/baseline.h"
#include "probes/llm/budget.h"
#include "probes/llm/escalation.h"
#include "probes/llm/generation.h"
#include "probes/llm/look.h"
#include "probes/llm/reasons.h"
#include "probes/llm/settings.h"

namespace answerback::probes {
namespace {

// What a run leaves behind, also when it is cancelled: what is left to spend, and how far it has come.
class Closing {
 public:
  Closing(Run& run, const LlmBudget& budget, const LlmLadder& ladder, const LlmSecrets& secrets)
      : run_(run), budget_(budget), ladder_(ladder), secrets_(secrets) {}
  Closing(const Closing&) = delete;
  Closing& operator=(const Closing&) = delete;
  ~Closing() {
    run_.frame("depths", secrets_.taken_out_of(ladder_.text()));
    if (budget_.limited())
      run_.evidence.measure(Measure::budget_remaining_tokens,
                            static_cast<double>(budget_.remaining(Moment::of(run_.clock))));
  }

 private:
  Run& run_;
  const LlmBudget& budget_;
  const LlmLadder& ladder_;
  const LlmSecrets& secrets_;
};

class LlmProbe final : public Probe {
 public:
  LlmProbe(LlmSettings settings, net::Transport transport, Random& random, Store& store,
           net::Workers& workers, const std::string& name)
      : settings_(std::move(settings)),
        transport_(transport),
        random_(random),
        baseline_(name + "/first_token", store),
        backoff_(settings_.max_backoff) {
    if (settings_.limits.any()) budget_.add({name + "/budget", settings_.limits, store});
    // No probe has a colon in its name.
    if (settings_.shared_limits.any())
      budget_.add({"shared:" + settings_.shared_name + "/budget", settings_.shared_limits, store});
    if (settings_.every) escalation_.emplace(*settings_.every);
    if (settings_.replicas) replicas_.emplace(*settings_.replicas, settings_.limits, workers);
  }

  asio::awaitable<ProbeResult> run(Run& run) override {
    LlmLadder ladder;
    ProbeResult result;
    {
      const Closing closing(run, budget_, ladder, settings_.secrets);
      if (auto held = backoff_.hold(run.clock.now())) co_return *std::move(held);
      const auto key = settings_.key.now();
      if (!key) co_return ProbeResult::fail(key.error());
      settings_.secrets.use_key(*key);
      result = co_await look_as_configured({run, transport_, settings_, *key, ladder});
      run.phases.end(run.clock.now());
    }
    result.detail = settings_.secrets.taken_out_of(std::move(result.detail));
    co_return result;
  }

 private:
  asio::awaitable<ProbeResult> look_as_configured(LlmLooker at) {
    const auto server = co_await look_at_server(at);
    if (!server) co_return refused(at, server.error());
    ProbeResult result = co_await look_deep_enough(at);
    const bool crowded = settings_.most_waiting && server->waiting.value_or(0) > *settings_.most_waiting;
    if (crowded && result.verdict == Verdict::pass)
      result = ProbeResult::warn(Reason::overloaded, server->words + "; " + result.detail);
    co_return result;
  }

  asio::awaitable<ProbeResult> look_deep_enough(LlmLooker at) {
    if (settings_.depth != LlmDepth::generate) {
      ProbeResult looked = co_await cheaply(at, settings_.depth);
      if (looked.verdict == Verdict::pass) backoff_.accepted();
      co_return looked;
    }
    std::optional<ProbeResult> cheap;
    if (escalation_) {
      cheap = co_await cheaply(at, settings_.cheap);
      if (!escalation_->due(cheap->verdict, cheap->reason)) {
        cheap->detail += " (generated " + std::to_string(escalation_->runs_since()) + " runs ago)";
        co_return *std::move(cheap);
      }
      if (cheap->verdict == Verdict::fail) co_return *std::move(cheap);
    }
    const Challenge challenge = draw_challenge(settings_.challenge, random_);
    const std::uint64_t most = most_tokens(challenge);
    const Moment now = Moment::of(at.run.clock);
    if (!budget_.allows(most, now))
      co_return co_await spent(at, std::move(cheap), budget_.why_not(most, now));
    LlmClaim claim{.kind = LlmClaim::Kind::go};
    if (replicas_) claim = co_await claimed(at, most);
    switch (claim.kind) {
      case LlmClaim::Kind::go: break;
      case LlmClaim::Kind::spent: co_return co_await spent(at, std::move(cheap), claim.words);
      case LlmClaim::Kind::busy:
        co_return co_await unless_cheaply_failed(at, std::move(cheap), Reason::no_evidence,
                                                 "a replica is generating now");
      case LlmClaim::Kind::seen:
        at.ladder.unproved(LlmDepth::generate, "left to a replica, which says " + claim.result.detail);
        if (escalation_) escalation_->generated(claim.result.verdict);
        co_return claim.result;
    }
    if (escalation_) escalation_->generating();
    ProbeResult result = co_await generate(at, challenge);
    if (escalation_) escalation_->generated(result.verdict);
    if (claim.tokens > 0) co_await replicas_->settle(at.run, claim, cost_, result);
    co_return result;
  }

  // Without the database each replica is on its own budget.
  asio::awaitable<LlmClaim> claimed(LlmLooker at, std::uint64_t most) {
    auto claim = co_await replicas_->claim(at.run, most);
    if (claim) co_return *std::move(claim);
    at.run.frame("replicas", "on our own: " + settings_.secrets.taken_out_of(claim.error().detail));
    co_return LlmClaim{.kind = LlmClaim::Kind::go};
  }

  asio::awaitable<ProbeResult> spent(LlmLooker at, std::optional<ProbeResult> cheap, std::string why) {
    at.ladder.unproved(LlmDepth::generate, "budget_spent, " + why);
    return unless_cheaply_failed(at, std::move(cheap), Reason::budget_spent, std::move(why));
  }

  // What is not proved is unknown, with what still is; an outage that the cheap look sees is one.
  asio::awaitable<ProbeResult> unless_cheaply_failed(LlmLooker at, std::optional<ProbeResult> cheap,
                                                     Reason reason, std::string why) {
    if (!cheap) cheap = co_await cheaply(at, settings_.cheap);
    if (cheap->verdict != Verdict::pass) co_return *std::move(cheap);
    co_return ProbeResult::unknown(reason, why + "; " + cheap->detail);
  }

  asio::awaitable<ProbeResult> cheaply(LlmLooker at, LlmDepth depth) {
    const LlmLook seen = co_await look(at, depth);
    if (!seen) co_return refused(at, seen.error());
    const bool part = depth == LlmDepth::access;
    co_return ProbeResult::pass(*seen + at.ladder.missing(part ? settings_.provider->access_unproved() : ""));
  }

  asio::awaitable<ProbeResult> generate(LlmLooker at, const Challenge& challenge) {
    LlmGeneration generation =
        co_await probes::generate(at, challenge, most_tokens(challenge), budget_, baseline_);
    cost_ = generation.tokens;
    most_cost_ = std::max(most_cost_, cost_);
    if (!generation.result) co_return refused(at, generation.result.error());
    ProbeResult result = *std::move(generation.result);
    result.detail += backoff_.refused(result.reason, std::nullopt, at.run.clock.now(), at.run.clock.wall());
    co_return result;
  }

  ProbeResult refused(LlmLooker at, const LlmRefused& why) {
    Run& run = at.run;
    Failure failure = why.failure;
    std::optional<Duration> wait;
    if (why.response.status != 0) {
      run.frame("received", settings_.secrets.taken_out_of(response_evidence(why.response)));
      wait = net::retry_after(why.response.headers, run.clock.wall());
      if (!wait) wait = settings_.provider->asked_wait(why.response);
    }
    failure.detail += backoff_.refused(failure.reason, wait, run.clock.now(), run.clock.wall());
    return result_of(std::move(failure));
  }

  // A bound, as far as there can be one before the provider has counted.
  std::uint64_t most_tokens(const Challenge& challenge) const {
    return std::max(most_cost_, estimated_tokens(challenge.question.size()) +
                                    static_cast<std::uint64_t>(settings_.max_tokens));
  }

  LlmSettings settings_;
  net::Transport transport_;
  Random& random_;
  LlmBudget budget_;
  LlmBaseline baseline_;
  LlmBackoff backoff_;
  std::optional<LlmEscalation> escalation_;
  std::optional<LlmReplicas> replicas_;
  std::uint64_t cost_ = 0, most_cost_ = 0;  // of the newest generation, and of the most expensive one
};

std::unique_ptr<Probe> make(config::Fields& fields, Services& services) {
  return std::make_unique<LlmProbe>(read_llm(fields),
                                    net::Transport{services.dns, services.tls, services.proxies},
                                    services.random, services.store, services.workers, fields.owner());
}

constexpr Reason own_reasons[] = {
    Reason::auth,           Reason::quota,        Reason::rate_limited,   Reason::model_not_found,
    Reason::bad_request,    Reason::overloaded,   Reason::upstream_error, Reason::empty_completion,
    Reason::content_filter, Reason::budget_spent, Reason::answer_wrong,   Reason::synthetic,
    Reason::stalled,        Reason::slow,         Reason::no_evidence,
};

}  // namespace

constinit const ProbeType llm{
    .name = "llm",
    .summary = "a language model: reachable, accessible, or speaking, with its pace and its cost",
    .make = make,
    .reasons = own_reasons,
};

}  // namespace answerback::probes
