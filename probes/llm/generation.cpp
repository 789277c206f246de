#include "probes/llm/generation.h"

#include <cstdio>
#include <limits>
#include <ranges>

#include "probes/llm/judge.h"
#include "probes/llm/receive.h"

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

// "12 tokens in, 5 out, cost 0.000062"
std::string cost(const LlmSeen& seen, const std::optional<LlmPrice>& price) {
  const std::uint64_t in = input_tokens(seen.answer, seen.challenge), out = output_tokens(seen.answer);
  std::string text = std::to_string(in) + " tokens in, " + std::to_string(out) + " out";
  if (!counted_input(seen.answer) || !counted_output(seen.answer)) text += " (estimated)";
  if (!price) return text;
  char money[48];
  std::snprintf(money, sizeof money, ", cost %.6f", price->of(in, out));
  return text + money;
}

ProbeResult judged(LlmLooker at, const LlmSeen& seen) {
  ProbeResult result = judge(at.settings.expect, seen);
  const std::string spent = "; spent " + cost(seen, at.settings.price);
  if (result.verdict == Verdict::pass || result.reason == Reason::slow) {
    at.ladder.proved(LlmDepth::generate, summary(seen) + spent);
  } else {
    at.ladder.failed(LlmDepth::generate, {result.reason, result.detail + spent}, true);
  }
  if (at.settings.price) result.detail += spent;
  return result;
}

}  // namespace

asio::awaitable<LlmGeneration> generate(LlmLooker at, const Challenge& challenge, std::uint64_t most_tokens,
                                        LlmBudget& budget, LlmBaseline& baseline) {
  Run& run = at.run;
  const LlmSettings& settings = at.settings;
  net::HttpRequest request = *settings.provider->request(LlmAsk::completion, challenge.question, at.key);
  request.limits.body_bytes = std::numeric_limits<std::size_t>::max();  // the receiver has its own
  run.frame("request", request_evidence(request));
  at.ladder.unproved(LlmDepth::generate, "the answer never came to its end");

  const Steady began = run.clock.now();
  const auto most_out = static_cast<std::uint64_t>(settings.max_tokens);
  LlmSpending spending(budget, settings.price, run.evidence, run.clock, most_tokens - most_out, most_out);
  LlmReceiver receiver(run, *settings.provider, settings.secrets);
  const auto answer =
      receiver.finish(co_await net::fetch_stream(run, at.transport, request, receiver.sink()));
  const Steady ended = run.clock.now();
  run.phases.end(ended);  // judging is our own time

  const LlmAnswer& said = receiver.answer();
  const std::uint64_t in = receiver.accepted() ? input_tokens(said, challenge) : 0;
  const std::uint64_t out = receiver.accepted() ? output_tokens(said) : 0;
  spending.settle(in, out);
  if (!answer) {
    at.ladder.failed(LlmDepth::generate, answer.error(), receiver.head().status != 0);
    co_return LlmGeneration{std::unexpected(LlmRefused{answer.error(), receiver.head()}), in + out};
  }
  LlmPace pace = pace_of(*answer, sent_at(run.phases, began), ended - began);
  pace.usual_first_token = baseline.median();
  measure(run, pace);
  if (pace.first_token) baseline.add(*pace.first_token);
  if (receiver.streamed() && !answer->text.empty()) run.frame("received", answer->text);
  co_return LlmGeneration{judged(at, {.answer = *answer, .challenge = challenge, .pace = pace}), in + out};
}

}  // namespace answerback::probes
