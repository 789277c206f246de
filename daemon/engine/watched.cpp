#include "engine/watched.h"

#include <utility>

namespace answerback::engine {

Watched::Watched(Steady now, const RestoredProbe& before) : Watched(now) {
  last_pass_ = before.last_pass;
  const HealthState left{before.health, now, before.failures, before.successes};
  if (before.health == Health::down) {
    state_ = left;
  } else if (before.health != Health::unknown) {
    left_ = left;
    left_since_ = before.since;
  }
}

Step Watched::judge(const RunRecord& run, const ProbeInfo& info) {
  const Verdict verdict = run.result.verdict;
  resumed_.reset();
  Thresholds thresholds = info.thresholds;
  if (pages_at_once(run.result.reason)) thresholds.fall = 1;
  if (!left_ || verdict == Verdict::unknown) {
    return step(state_, verdict, thresholds, run.ended, degrades_first(run.result.reason));
  }
  const HealthState left = *std::exchange(left_, std::nullopt);
  const Step next = step(left, verdict, thresholds, run.ended, degrades_first(run.result.reason));
  if (!next.change) resumed_ = left_since_;
  return {next.state, Change{state_.health, next.state.health}};
}

std::optional<Change> Watched::take(std::shared_ptr<const RunRecord> run, const ProbeInfo& info, Wall now,
                                    ProbeFacts& facts) {
  const ProbeResult& result = run->result;
  view_.reset();
  tally_.count(*run);
  last_ = run;
  if (result.verdict == Verdict::pass)
    last_pass_ = now;
  else
    last_not_ok_ = run;
  if (result.verdict != Verdict::unknown) judged_ = run->ended;
  const Step next = judge(*run, info);
  state_ = next.state;
  explain(*run, facts);
  return next.change;
}

// Why the probe is not up: what the newest run says that brought or found it so.
void Watched::explain(const RunRecord& run, ProbeFacts& facts) const {
  const Verdict verdict = run.result.verdict;
  if (state_.health == Health::up) {
    facts = {.health = facts.health, .since = facts.since, .detail = {}};
  } else if (verdict == Verdict::fail || (verdict == Verdict::warn && state_.health == Health::degraded) ||
             (verdict == Verdict::unknown && state_.health == Health::unknown)) {
    facts.reason = run.result.reason;
    facts.phase = run.phase;
    facts.detail = run.result.detail;
  }
}

std::optional<Change> Watched::forget_if_silent(const ProbeInfo& info, Steady now, ProbeFacts& facts) {
  const Duration silent = now - judged_;
  if (silent <= info.stale) return std::nullopt;
  left_.reset();
  if (state_.health == Health::unknown) return std::nullopt;
  const Step next = forget(state_, now);
  view_.reset();
  state_ = next.state;
  if (facts.reason == Reason::none) {
    facts.reason = Reason::not_looking;
    facts.detail = "no verdict for " + told_seconds(silent);
  }
  return next.change;
}

void Watched::skipped(std::uint64_t slots) {
  view_.reset();
  tally_.skipped_slots += slots;
}

void Watched::transition() {
  view_.reset();
  ++tally_.transitions;
}

std::shared_ptr<const ProbeView> Watched::view(const ProbeFacts& facts) {
  if (!view_) {
    view_ =
        std::make_shared<const ProbeView>(ProbeView{state_, facts, last_pass_, last_, last_not_ok_, tally_});
  }
  return view_;
}

std::string told_seconds(Duration d) {
  const auto tenths = std::chrono::round<std::chrono::duration<long, std::deci>>(d).count();
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

}  // namespace answerback::engine
