#pragma once
// When a probe that goes up and down all the time is called flapping, pure.
//
// Flapping begins with the `falls`th time a probe has left `up` within `within`, and ends once its health by
// rise and fall has stayed the same for half of that. Nothing is hidden by it: results, runs and outages are
// told as ever, and what flaps is marked. Where the rule holds it, a flapping probe is never better than
// degraded, so that its incident stays one and stays open.

#include <cstddef>
#include <vector>

#include "model/time.h"
#include "model/verdict.h"

namespace answerback {

struct FlapRule {
  int falls = 0;      // 0: never
  Duration within{};  // more than zero
  bool hold = false;  // degraded at best while it flaps
  bool operator==(const FlapRule&) const = default;
};

struct FlapState {
  std::vector<Steady> falls;  // the newest ones, oldest first, at most FlapRule::falls of them
  Steady moved{};             // the last change of health by rise and fall
  bool flapping = false;
  bool held = false;  // and not let up
};

// `was` and `is`: health by rise and fall, before and after a run that ended at `at`.
constexpr void look_for_flapping(FlapState& state, Health was, Health is, Steady at, const FlapRule& rule) {
  if (rule.falls <= 0) {
    state = {};
    return;
  }
  if (was != is) state.moved = at;
  if (was == Health::up && is != Health::up) {
    state.falls.push_back(at);
    const auto most = static_cast<std::size_t>(rule.falls);
    while (state.falls.size() > most || at - state.falls.front() > rule.within)
      state.falls.erase(state.falls.begin());
    if (state.falls.size() == most) state.flapping = true;
  }
  if (state.flapping && at - state.moved >= rule.within / 2) state = {.falls = {}, .moved = state.moved};
  state.held = state.flapping && rule.hold;
}

constexpr Health shown(Health by_rise_and_fall, bool held) {
  return held && by_rise_and_fall == Health::up ? Health::degraded : by_rise_and_fall;
}

}  // namespace answerback
