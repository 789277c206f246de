#include "probes/llm.h"

#include <algorithm>
#include <limits>
#include <ranges>

#include "model/text.h"
#include "net/http.h"
#include "probe/random.h"
#include "probe/store.h"
#include "probes/llm_backoff.h"
#include "probes/llm_baseline.h"
#include "probes/llm_budget.h"
#include "probes/llm_escalation.h"
#include "probes/llm_look.h"
#include "probes/llm_reasons.h"
#include "probes/llm_receive.h"
#include "probes/llm_retry.h"
#include "probes/llm_settings.h"

namespace answerback::probes {
namespace {

// When the last request was out: connecting is not the model's time.
Steady sent_at(const Phases& phases, Steady began) {
  for (const PhaseTime& time : phases.times() | std::views::reverse)
    if (time.phase == Phase::processing) return time.began;
  return began;
}

LlmPace pace_of(const LlmAnswer& answer, Steady sent, Duration total) {
  LlmPace pace{.total = total};
  if (answer.first) pace.first_token = *answer.first - sent;
  if (answer.first && *answer.last > *answer.first) pace.longest_gap = answer.longest_gap;
  pace.output_rate = answer.output_rate();
  return pace;
}

void measure(Run& run, const LlmPace& pace) {
  if (pace.first_token) run.evidence.measure(Measure::time_to_first_token, seconds(*pace.first_token));
  if (pace.longest_gap) run.evidence.measure(Measure::longest_chunk_gap, seconds(*pace.longest_gap));
  if (pace.output_rate) run.evidence.measure(Measure::output_tokens_per_second, *pace.output_rate);
}

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
    std::optional<LlmClaim> claim;
    if (replicas_) {
      auto answer = co_await replicas_->claim(at.run, most);
      if (!answer) {
        at.run.frame("replicas", "on our own: " + settings_.secrets.taken_out_of(answer.error().detail));
      } else if (answer->kind == LlmClaim::Kind::spent) {
        co_return co_await spent(at, std::move(cheap), answer->words);
      } else if (answer->kind == LlmClaim::Kind::busy) {
        co_return co_await unless_cheaply_failed(at, std::move(cheap), Reason::no_evidence,
                                                 "a replica is generating now");
      } else if (answer->kind == LlmClaim::Kind::seen) {
        at.ladder.unproved(LlmDepth::generate, "left to a replica, which says " + answer->result.detail);
        if (escalation_) escalation_->generated(answer->result.verdict);
        co_return answer->result;
      } else {
        claim = *std::move(answer);
      }
    }
    if (escalation_) escalation_->generating();
    ProbeResult result = co_await generate(at, challenge);
    if (escalation_) escalation_->generated(result.verdict);
    if (claim) co_await replicas_->settle(at.run, *claim, cost_, result);
    co_return result;
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
    Run& run = at.run;
    net::HttpRequest request = *settings_.provider->request(LlmAsk::completion, challenge.question, at.key);
    request.limits.body_bytes = std::numeric_limits<std::size_t>::max();  // the receiver has its own
    run.frame("request", request_evidence(request));
    const Steady began = run.clock.now();
    const auto most_out = static_cast<std::uint64_t>(settings_.max_tokens);
    at.ladder.unproved(LlmDepth::generate, "the answer never came to its end");
    LlmSpending spending(budget_, settings_.price, run.evidence, run.clock, most_tokens(challenge) - most_out,
                         most_out);
    LlmReceiver receiver(run, *settings_.provider, settings_.secrets);
    const auto answer =
        receiver.finish(co_await net::fetch_stream(run, transport_, request, receiver.sink()));
    const Steady ended = run.clock.now();
    run.phases.end(ended);  // judging is our own time
    const LlmAnswer& said = receiver.answer();
    const std::uint64_t in = receiver.accepted() ? input_tokens(said, challenge) : 0;
    const std::uint64_t out = receiver.accepted() ? output_tokens(said) : 0;
    spending.settle(in, out);
    cost_ = in + out;
    most_cost_ = std::max(most_cost_, cost_);
    if (!answer) {
      at.ladder.failed(LlmDepth::generate, answer.error(), receiver.head().status != 0);
      co_return refused(at, {answer.error(), receiver.head()});
    }
    const LlmSeen seen{.answer = *answer,
                       .challenge = challenge,
                       .pace = pace_of(*answer, sent_at(run.phases, began), ended - began)};
    co_return judged(at, receiver, seen);
  }

  ProbeResult judged(LlmLooker at, const LlmReceiver& receiver, LlmSeen seen) {
    Run& run = at.run;
    seen.pace.usual_first_token = baseline_.median();
    measure(run, seen.pace);
    if (seen.pace.first_token) baseline_.add(*seen.pace.first_token);
    if (receiver.streamed() && !seen.answer.text.empty()) run.frame("received", seen.answer.text);
    ProbeResult result = judge(settings_.expect, seen);
    const std::string spent = "; spent " + cost(seen);
    if (result.verdict == Verdict::pass || result.reason == Reason::slow) {
      at.ladder.proved(LlmDepth::generate, summary(seen) + spent);
    } else {
      at.ladder.failed(LlmDepth::generate, {result.reason, result.detail + spent}, true);
    }
    if (settings_.price) result.detail += spent;
    result.detail += backoff_.refused(result.reason, std::nullopt, run.clock.now(), run.clock.wall());
    return result;
  }

  ProbeResult refused(LlmLooker at, const LlmRefused& why) {
    Run& run = at.run;
    Failure failure = why.failure;
    std::optional<Duration> wait;
    if (why.response.status != 0) {
      run.frame("received", settings_.secrets.taken_out_of(response_evidence(why.response)));
      wait = retry_after(why.response.headers, run.clock.wall());
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

  // "12 tokens in, 5 out, cost 0.000062"
  std::string cost(const LlmSeen& seen) const {
    const std::uint64_t in = input_tokens(seen.answer, seen.challenge), out = output_tokens(seen.answer);
    std::string text = std::to_string(in) + " tokens in, " + std::to_string(out) + " out";
    if (!counted_input(seen.answer) || !counted_output(seen.answer)) text += " (estimated)";
    if (!settings_.price) return text;
    char money[48];
    std::snprintf(money, sizeof money, ", cost %.6f", settings_.price->of(in, out));
    return text + money;
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
