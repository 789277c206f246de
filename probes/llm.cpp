#include "probes/llm.h"

#include <algorithm>
#include <limits>

#include "model/text.h"
#include "net/http.h"
#include "net/retry_after.h"
#include "probe/random.h"
#include "probes/llm_budget.h"
#include "probes/llm_reasons.h"
#include "probes/llm_receive.h"
#include "probes/llm_settings.h"

namespace answerback::probes {
namespace {

using Answer = std::expected<LlmAnswer, Failure>;

std::string without_query(const net::Url& url) {
  const std::string text = url.text();
  return text.substr(0, text.find('?'));
}

std::string request_evidence(const net::HttpRequest& request) {
  return request.method + " " + without_query(request.url) +
         (request.body.empty() ? "" : "\n\n" + request.body);
}

std::string response_evidence(const net::HttpResponse& response) {
  std::string text = "HTTP " + std::to_string(response.status);
  for (const std::string_view name :
       {"content-type", "retry-after", "retry-after-ms", "server", "x-request-id"}) {
    if (const std::string* value = net::find_header(response.headers, name))
      text.append("\n").append(name).append(": ").append(one_line(*value, 200));
  }
  return text.append("\n\n").append(response.body, 0, Evidence::frame_cap);
}

// When the request was out: connecting is not the model's time.
Steady sent_at(const Phases& phases, Steady began) {
  const auto sent = std::ranges::find(phases.times(), Phase::processing, &PhaseTime::phase);
  return sent == phases.times().end() ? began : sent->began;
}

std::uint64_t cost_estimate(const LlmSettings& settings, std::size_t question_bytes) {
  return estimated_tokens(question_bytes) + static_cast<std::uint64_t>(settings.max_tokens);
}

class LlmProbe final : public Probe {
 public:
  LlmProbe(LlmSettings settings, net::Transport transport, Random& random)
      : settings_(std::move(settings)), transport_(transport), random_(random) {
    constexpr std::size_t longest_question = 100;
    if (settings_.tokens_per_day)
      budget_.emplace(*settings_.tokens_per_day, cost_estimate(settings_, longest_question));
  }

  asio::awaitable<ProbeResult> run(Run& run) override {
    if (run.clock.now() < quiet_until_) {
      co_return ProbeResult::unknown(
          Reason::rate_limited,
          "asked to stay away until " + iso_time(quiet_until_wall_) + "; nothing was sent");
    }
    ProbeResult result = co_await look(run);
    run.phases.end(run.clock.now());
    if (budget_)
      run.evidence.measure(Measure::budget_remaining_tokens, static_cast<double>(budget_->remaining()));
    result.detail = settings_.secrets.taken_out_of(std::move(result.detail));
    co_return result;
  }

 private:
  asio::awaitable<ProbeResult> look(Run& run) {
    if (settings_.depth == LlmDepth::reach) co_return co_await reach(run);
    if (settings_.depth == LlmDepth::access) co_return co_await access(run);
    if (budget_ && !budget_->allows_another(run.clock.now())) co_return co_await access_only(run);
    co_return co_await generate(run);
  }

  asio::awaitable<std::expected<net::HttpResponse, Failure>> ask(Run& run, LlmAsk what) {
    net::HttpRequest request = settings_.provider->request(what, {});
    request.limits.body_bytes = LlmReceiver::body_cap;
    run.frame("request", request_evidence(request));
    auto response = co_await net::fetch(run, transport_, request);
    if (response) response->body = settings_.secrets.taken_out_of(std::move(response->body));
    co_return response;
  }

  asio::awaitable<ProbeResult> reach(Run& run) {
    const auto response = co_await ask(run, LlmAsk::edge);
    if (!response) co_return ProbeResult::fail(response.error());
    if (response->status / 100 == 2) co_return ProbeResult::pass("the edge answers without a key");
    if (response->status == 401 || response->status == 403)
      co_return ProbeResult::pass("the edge answers, status " + std::to_string(response->status) +
                                  " without a key");
    co_return refused(run, *response, settings_.provider->read_error(*response));
  }

  asio::awaitable<ProbeResult> access(Run& run) {
    LlmAsk asked = LlmAsk::model;
    auto response = co_await ask(run, asked);
    if (response && settings_.provider->unknown_call(*response)) {
      asked = LlmAsk::models;
      response = co_await ask(run, asked);
    }
    if (!response) co_return ProbeResult::fail(std::move(response).error());
    if (response->status / 100 != 2)
      co_return refused(run, *response, settings_.provider->read_error(*response));
    if (auto missing = settings_.provider->model_missing(asked, response->body))
      co_return refused(run, *response, *std::move(missing));
    co_return ProbeResult::pass("access to model " + settings_.expect.model);
  }

  asio::awaitable<ProbeResult> access_only(Run& run) {
    const auto hours = std::chrono::ceil<std::chrono::hours>(budget_->until_next_day(run.clock.now()));
    ProbeResult proved = co_await access(run);
    if (proved.verdict != Verdict::pass) co_return proved;
    co_return ProbeResult::unknown(
        Reason::budget_spent, std::to_string(budget_->spent()) + " of " + std::to_string(budget_->limit()) +
                                  " tokens are spent, the next within " + std::to_string(hours.count()) +
                                  " h; " + proved.detail);
  }

  asio::awaitable<ProbeResult> generate(Run& run) {
    const Challenge challenge = draw_challenge(settings_.challenge, random_);
    net::HttpRequest request = settings_.provider->request(LlmAsk::completion, challenge.question);
    request.limits.body_bytes = std::numeric_limits<std::size_t>::max();  // the receiver has its own
    run.frame("request", request_evidence(request));
    const Steady began = run.clock.now();
    if (budget_) budget_->book(began);
    LlmReceiver receiver(run, *settings_.provider, settings_.secrets);
    const Answer answer =
        receiver.finish(co_await net::fetch_stream(run, transport_, request, receiver.sink()));
    const Steady ended = run.clock.now();
    run.phases.end(ended);  // judging is our own time
    if (!answer) {
      if (budget_)
        budget_->settle(receiver.accepted() ? cost_estimate(settings_, challenge.question.size()) : 0);
      co_return receiver.head().status == 0 ? ProbeResult::fail(answer.error())
                                            : refused(run, receiver.head(), answer.error());
    }
    LlmSeen seen{.answer = *answer, .challenge = challenge, .took = ended - began};
    if (answer->first) seen.first_token = *answer->first - sent_at(run.phases, began);
    account(run, seen);
    if (receiver.streamed() && !answer->text.empty()) run.frame("received", answer->text);
    co_return judge(settings_.expect, seen);
  }

  // What it cost and how fast it was.
  void account(Run& run, const LlmSeen& seen) {
    const LlmAnswer& answer = seen.answer;
    const std::uint64_t in = answer.usage.input.value_or(estimated_tokens(seen.challenge.question.size()));
    const std::uint64_t out = output_tokens(answer);
    if (budget_) budget_->settle(in + out);
    run.evidence.measure(Measure::input_tokens, static_cast<double>(in));
    run.evidence.measure(Measure::output_tokens, static_cast<double>(out));
    if (seen.first_token) run.evidence.measure(Measure::time_to_first_token, seconds(*seen.first_token));
    if (const auto rate = answer.output_rate())
      run.evidence.measure(Measure::output_tokens_per_second, *rate);
  }

  ProbeResult refused(Run& run, const net::HttpResponse& response, Failure failure) {
    run.frame("received", settings_.secrets.taken_out_of(response_evidence(response)));
    if (failure.reason == Reason::rate_limited) {
      if (const auto wait = net::retry_after(response.headers, run.clock.wall())) {
        quiet_until_ = run.clock.now() + *wait;
        quiet_until_wall_ = run.clock.wall() + std::chrono::duration_cast<Wall::duration>(*wait);
        failure.detail += "; nothing is sent until " + iso_time(quiet_until_wall_);
      }
    }
    return result_of(std::move(failure));
  }

  LlmSettings settings_;
  net::Transport transport_;
  Random& random_;
  std::optional<LlmBudget> budget_;
  Steady quiet_until_{};
  Wall quiet_until_wall_{};
};

std::unique_ptr<Probe> make(config::Fields& fields, Services& services) {
  return std::make_unique<LlmProbe>(
      read_llm(fields), net::Transport{services.dns, services.tls, services.proxies}, services.random);
}

constexpr Reason own_reasons[] = {
    Reason::auth,           Reason::quota,        Reason::rate_limited,   Reason::model_not_found,
    Reason::bad_request,    Reason::overloaded,   Reason::upstream_error, Reason::empty_completion,
    Reason::content_filter, Reason::budget_spent, Reason::answer_wrong,   Reason::synthetic,
    Reason::stalled,        Reason::no_evidence,
};

}  // namespace

constinit const ProbeType llm{
    .name = "llm",
    .summary = "a language model: reachable, accessible, or speaking, with its pace and its cost",
    .make = make,
    .reasons = own_reasons,
};

}  // namespace answerback::probes
