#pragma once
// The whole rise/fall rule, pure.
//
// The first verdict after `unknown` decides at once. From then on `fall` failures in a row make a probe down
// and `rise` good verdicts in a row bring it back; below `fall` it stays what it was, unless the failure
// degrades at once (degrades_first). A warning makes it degraded at once (from down: after `rise`). `unknown`
// moves nothing. While a probe is `starting`, a failure is counted but leaves it unknown: what is not up yet
// has not gone down.

#include <optional>

#include "model/time.h"
#include "model/verdict.h"

namespace answerback {

struct Thresholds {
  int fall = 3;  // failures in a row until down
  int rise = 2;  // good verdicts in a row until no longer down
};

struct HealthState {
  Health health = Health::unknown;
  Steady since{};     // of `health`
  int failures = 0;   // in a row, up to `fall`
  int successes = 0;  // pass or warn in a row, up to `rise`
  bool operator==(const HealthState&) const = default;
};

struct Change {
  Health from, to;
  bool operator==(const Change&) const = default;
};

struct Step {
  HealthState state;
  std::optional<Change> change;
};

constexpr Step step(HealthState state, Verdict verdict, Thresholds thresholds, Steady at,
                    bool degrades_first = false, bool starting = false) {
  const auto moved = [&](Health to) -> Step {
    if (to == state.health) return {state, std::nullopt};
    const Change change{state.health, to};
    state.health = to;
    state.since = at;
    return {state, change};
  };
  if (verdict == Verdict::unknown) return {state, std::nullopt};
  const bool first = state.health == Health::unknown;
  if (verdict == Verdict::fail) {
    state.successes = 0;
    if (state.failures < thresholds.fall) ++state.failures;
    if (first && starting) return {state, std::nullopt};
    if (state.failures >= thresholds.fall || state.health == Health::down) return moved(Health::down);
    if (degrades_first) return moved(Health::degraded);
    return moved(first ? Health::down : state.health);
  }
  state.failures = 0;
  if (state.successes < thresholds.rise) ++state.successes;
  if (state.health == Health::down && state.successes < thresholds.rise) return {state, std::nullopt};
  return moved(verdict == Verdict::warn ? Health::degraded : Health::up);
}

// Between two healths: failing, but not `fall` times yet, or good again, but not `rise` times yet.
constexpr bool undecided(const HealthState& state, Thresholds thresholds) {
  if (state.health == Health::down) return state.successes > 0 && state.successes < thresholds.rise;
  return state.failures > 0 && state.failures < thresholds.fall;
}

// A probe without a verdict for too long is unknown again, and its next verdict decides at once.
constexpr Step forget(HealthState state, Steady at) {
  if (state.health == Health::unknown) return {state, std::nullopt};
  const Change change{state.health, Health::unknown};
  return {HealthState{.health = Health::unknown, .since = at}, change};
}

}  // namespace answerback
