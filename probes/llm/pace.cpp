#include "probes/llm/pace.h"

#include <cstdio>

namespace answerback::probes {
namespace {

// A time that is usual is not slow, however much longer than the others: nobody feels less than this.
constexpr Duration not_felt = std::chrono::milliseconds(100);

std::string with_digit(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

Slow read_times(config::Fields fields, const std::string& when) {
  Slow slow{.warn = fields.optional_duration("warn", "warn when " + when),
            .fail = fields.optional_duration("fail", "fail when " + when)};
  if (slow.warn && slow.fail && *slow.warn >= *slow.fail) fields.error("warn", "must be less than fail");
  return slow;
}

// Zero stands for no bound: there is no optional number to read.
std::optional<double> read_bound(config::Fields& fields, std::string_view key, std::string_view doc) {
  const double value = fields.number(key, 0, 0, 1e6, doc);
  return value > 0 ? std::optional(value) : std::nullopt;
}

std::optional<ProbeResult> result(Verdict verdict, std::string detail) {
  return ProbeResult{verdict, Reason::slow, std::move(detail)};
}

std::optional<ProbeResult> judge_usual(const LlmBounds& bounds, const LlmPace& pace) {
  if (!pace.first_token || !pace.usual_first_token) return std::nullopt;
  const Duration took = *pace.first_token, usual = *pace.usual_first_token;
  if (took < usual + not_felt) return std::nullopt;
  const double times = seconds(took) / std::max(seconds(usual), 1e-6);
  const std::string words = "the first token took " + with_digit(times) + " times as long as usual (" +
                            config::print_duration(std::chrono::round<std::chrono::milliseconds>(usual)) +
                            ")";
  if (bounds.fail && times > *bounds.fail) return result(Verdict::fail, words);
  return bounds.warn && times > *bounds.warn ? result(Verdict::warn, words) : std::nullopt;
}

std::optional<ProbeResult> judge_rate(const LlmBounds& bounds, const std::optional<double>& rate) {
  if (!rate) return std::nullopt;
  const std::string words = with_digit(*rate) + " tokens a second, ";
  if (bounds.fail && *rate < *bounds.fail)
    return result(Verdict::fail, words + "fails below " + with_digit(*bounds.fail));
  if (bounds.warn && *rate < *bounds.warn)
    return result(Verdict::warn, words + "warns below " + with_digit(*bounds.warn));
  return std::nullopt;
}

std::optional<ProbeResult> judge_time(const Slow& slow, const std::optional<Duration>& took,
                                      std::string_view what) {
  std::optional<ProbeResult> judged = took ? judge(slow, *took) : std::nullopt;
  if (judged) judged->detail.insert(0, what);
  return judged;
}

}  // namespace

LlmPaceBounds read_pace(config::Fields& fields) {
  LlmPaceBounds bounds;
  config::Fields slow = fields.child("slow", "bounds on the time taken");
  bounds.total = read_slow(slow);
  config::Fields first = fields.child("first_token", "bounds on the time to the first token");
  bounds.first_token = read_times(first, "the first token comes later");
  bounds.times_usual.warn = read_bound(
      first, "warn_times_usual", "warn when it takes so many times the median of the last 20 runs; 0: never");
  bounds.times_usual.fail =
      read_bound(first, "fail_times_usual", "fail when it takes so many times; 0: never");
  bounds.gap =
      read_times(fields.child("chunk_gap", "bounds on the longest pause between pieces of the answer"),
                 "a pause is longer");
  config::Fields rate = fields.child("output_rate", "bounds on the speed of generation, in tokens a second");
  bounds.output_rate.warn = read_bound(rate, "warn", "warn when it is slower; 0: never");
  bounds.output_rate.fail = read_bound(rate, "fail", "fail when it is slower; 0: never");
  return bounds;
}

std::optional<ProbeResult> judge(const LlmPaceBounds& bounds, const LlmPace& pace) {
  std::optional<ProbeResult> worst;
  for (std::optional<ProbeResult>& judged :
       std::array{judge_time(bounds.first_token, pace.first_token, "the first token "),
                  judge_usual(bounds.times_usual, pace), judge_rate(bounds.output_rate, pace.output_rate),
                  judge_time(bounds.gap, pace.longest_gap, "a pause in the answer "),
                  judge_time(bounds.total, pace.total, "")}) {
    const bool worse =
        judged && (!worst || (judged->verdict == Verdict::fail && worst->verdict != Verdict::fail));
    if (worse) worst = std::move(judged);
  }
  return worst;
}

}  // namespace answerback::probes
