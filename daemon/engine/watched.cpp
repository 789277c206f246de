#include "engine/watched.h"

#include <algorithm>
#include <utility>

namespace answerback::engine {

Watched::Watched(Steady now, const RestoredProbe& before) : Watched(now) {
  last_pass_ = before.last_pass;
  answered_ = before.health != Health::unknown;  // its start is long over
  const HealthState left{before.health, now, before.failures, before.successes};
  if (before.health == Health::down) {
    state_ = left;
  } else if (before.health != Health::unknown) {
    left_ = left;
    left_since_ = before.since;
  }
}

HealthState Watched::pick_up(Verdict verdict) {
  resumed_.reset();
  if (!left_ || verdict == Verdict::unknown) return state_;
  resumed_ = left_since_;
  return *std::exchange(left_, std::nullopt);
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
  // Told to stay away for so long, we know all the while what the next answer would be.
  const bool still = health() != Health::up && result.reason == facts.reason && degrades_first(result.reason);
  if (result.verdict != Verdict::unknown || still) judged_ = run->ended;
  if (traits_.see(*run, now)) facts.changes = traits_.changes();

  const Health before = health();
  const Steady since = state_.since;
  const HealthState from = pick_up(result.verdict);
  Thresholds thresholds = info.thresholds;
  if (pages_at_once(result.reason)) thresholds.fall = 1;
  state_ =
      step(from, result.verdict, thresholds, run->ended, degrades_first(result.reason), starting(*run, info))
          .state;
  look_for_flapping(flaps_, from.health, state_.health, run->ended, info.flapping);
  if (resumed_ && state_.health != from.health) resumed_.reset();
  if (result.verdict == Verdict::pass || result.verdict == Verdict::warn) answered_ = true;
  explain(*run, info, facts);
  date(*run, from.failures, facts);
  const bool left_up = (before == Health::up || before == Health::unknown) && health() != before;
  count_against(*run, left_up, thresholds.fall, facts);
  if (before != Health::unknown && before != Health::up && health() == Health::up) facts.recovered = working_;
  state_.since = health() == before ? since : run->ended;
  return health() == before ? std::nullopt : std::optional(Change{before, health()});
}

bool Watched::starting(const RunRecord& run, const ProbeInfo& info) const {
  return !answered_ && run.ended - born_ < info.startup_grace && !pages_at_once(run.result.reason);
}

bool Watched::undecided(const ProbeInfo& info) const {
  return last_ && last_->result.verdict != Verdict::unknown && answerback::undecided(state_, info.thresholds);
}

// Why the probe is not up: what the newest run says that brought or found it so.
void Watched::explain(const RunRecord& run, const ProbeInfo& info, ProbeFacts& facts) const {
  const Verdict verdict = run.result.verdict;
  const bool held = health() == Health::unknown && verdict == Verdict::fail && starting(run, info);
  if (verdict != Verdict::unknown || health() != Health::unknown)
    facts.condition = held ? Condition::starting : flaps_.flapping ? Condition::flapping : Condition::none;
  if (health() == Health::up) {
    facts.reason = Reason::none;
    facts.phase = Phase::prepare;
    facts.detail.clear();
  } else if (verdict == Verdict::fail || (verdict == Verdict::warn && health() == Health::degraded) ||
             (verdict == Verdict::unknown && health() == Health::unknown)) {
    facts.reason = run.result.reason;
    facts.phase = run.phase;
    facts.detail = run.result.detail;
  }
}

// What it says of which stretch of time.
void Watched::date(const RunRecord& run, int failures_before, ProbeFacts& facts) {
  if (run.result.verdict == Verdict::unknown) return;
  const bool failed = run.result.verdict == Verdict::fail;
  if (failed && (failures_before == 0 || facts.failing == Steady::max())) facts.failing = run.started;
  if (!failed && facts.good == Steady::min()) working_ = run.started;
  if (failed) facts.failed = run.started;
  facts.good = failed ? Steady::min() : run.started;
}

// Whose trouble it is, see ProbeFacts::itself.
void Watched::count_against(const RunRecord& run, bool left_up, int fall, ProbeFacts& facts) {
  if (run.result.verdict == Verdict::unknown) return;
  if (run.result.verdict == Verdict::pass) {
    if (health() == Health::up) bad_.clear();
    return;
  }
  bad_.push_back(run.started);
  while (bad_.size() > static_cast<std::size_t>(fall)) bad_.pop_front();
  const bool as_many = bad_.size() == static_cast<std::size_t>(fall);
  if (left_up || as_many) facts.itself = std::max(facts.itself, bad_.front());
}

std::optional<Change> Watched::forget_if_silent(const ProbeInfo& info, Steady now, ProbeFacts& facts) {
  const Duration silent = now - judged_;
  if (silent <= info.stale) return std::nullopt;
  left_.reset();
  if (state_.health == Health::unknown) return std::nullopt;
  const Change change{health(), Health::unknown};
  view_.reset();
  state_ = forget(state_, now).state;
  flaps_ = {};
  facts.condition = Condition::stale;
  facts.good = Steady::min();
  if (facts.reason == Reason::none) {
    facts.reason = Reason::not_looking;
    facts.detail = "no verdict for " + told_seconds(silent);
  }
  return change;
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
    HealthState state = state_;
    state.health = health();
    view_ =
        std::make_shared<const ProbeView>(ProbeView{state, facts, last_pass_, last_, last_not_ok_, tally_});
  }
  return view_;
}

std::string told_seconds(Duration d) {
  const auto tenths = std::chrono::round<std::chrono::duration<long, std::deci>>(d).count();
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

}  // namespace answerback::engine
