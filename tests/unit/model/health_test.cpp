#include "model/health.h"

#include <gtest/gtest.h>

#include <vector>

namespace answerback {
namespace {

using enum Verdict;

struct Look {
  Verdict verdict;
  bool degrades_first = false;
};

constexpr Steady moment(int run) { return Steady(std::chrono::seconds(run)); }

constexpr Health after(std::initializer_list<Look> looks, Thresholds thresholds = {}) {
  HealthState state;
  for (const Look& look : looks)
    state = step(state, look.verdict, thresholds, moment(1), look.degrades_first).state;
  return state.health;
}

static_assert(after({}) == Health::unknown);
static_assert(after({{unknown}}) == Health::unknown);
static_assert(after({{pass}}) == Health::up, "the first verdict decides at once");
static_assert(after({{warn}}) == Health::degraded);
static_assert(after({{fail}}) == Health::down);
static_assert(after({{fail, true}}) == Health::degraded);
static_assert(after({{pass}, {fail}, {fail}}) == Health::up);
static_assert(after({{pass}, {fail}, {fail}, {fail}}) == Health::down);
static_assert(after({{pass}, {fail}, {fail}, {pass}, {fail}, {fail}}) == Health::up, "in a row");
static_assert(after({{pass}, {fail}, {unknown}, {fail}, {unknown}, {fail}}) == Health::down,
              "unknown moves nothing");
static_assert(after({{fail}, {pass}}) == Health::down);
static_assert(after({{fail}, {pass}, {pass}}) == Health::up);
static_assert(after({{fail}, {pass}, {fail}, {pass}}) == Health::down);
static_assert(after({{fail}, {pass}, {warn}}) == Health::degraded);
static_assert(after({{pass}, {warn}}) == Health::degraded);
static_assert(after({{pass}, {warn}, {pass}}) == Health::up);
static_assert(after({{pass}, {fail, true}}) == Health::degraded);
static_assert(after({{pass}, {fail, true}, {fail, true}, {fail, true}}) == Health::down);
static_assert(after({{pass}, {fail}}, {.fall = 1, .rise = 1}) == Health::down);
static_assert(after({{fail}, {fail, true}}) == Health::down, "down is not mended by another kind of failure");

// The rule once more, from the whole history instead of counters.
Health told_by(const std::vector<Look>& history, Thresholds thresholds) {
  Health health = Health::unknown;
  std::vector<Look> judged;
  for (const Look& look : history) {
    if (look.verdict == unknown) continue;
    judged.push_back(look);
    const bool failed = look.verdict == fail;
    int in_a_row = 0;
    for (auto last = judged.rbegin(); last != judged.rend() && (last->verdict == fail) == failed; ++last)
      ++in_a_row;
    const bool enough = in_a_row >= (failed ? thresholds.fall : thresholds.rise);
    const Health good = look.verdict == warn ? Health::degraded : Health::up;
    if (failed) {
      if (enough || health == Health::down) {
        health = Health::down;
      } else if (look.degrades_first) {
        health = Health::degraded;
      } else if (judged.size() == 1) {
        health = Health::down;
      }
    } else if (health != Health::down || enough) {
      health = good;
    }
  }
  return health;
}

TEST(Step, AgreesWithTheHistoryForEverySequence) {
  constexpr Look looks[] = {{pass}, {warn}, {fail}, {unknown}, {fail, true}};
  constexpr int longest = 7;
  for (int fall = 1; fall <= 4; ++fall) {
    for (int rise = 1; rise <= 3; ++rise) {
      int sequences = 1;
      for (int i = 0; i < longest; ++i) sequences *= 5;
      for (int code = 0; code < sequences; ++code) {
        std::vector<Look> history;
        HealthState state;
        for (int run = 0, rest = code; run < longest; ++run, rest /= 5) {
          const Look look = looks[rest % 5];
          history.push_back(look);
          const HealthState before = state;
          const Step next = step(state, look.verdict, {fall, rise}, moment(run), look.degrades_first);
          state = next.state;
          ASSERT_EQ(next.change.has_value(), before.health != state.health);
          if (next.change) {
            ASSERT_EQ(*next.change, (Change{before.health, state.health}));
          }
          ASSERT_EQ(state.since, next.change ? moment(run) : before.since);
        }
        ASSERT_EQ(state.health, told_by(history, {fall, rise}))
            << "fall " << fall << " rise " << rise << " code " << code;
      }
    }
  }
}

TEST(Forget, LetsTheNextVerdictDecideAtOnce) {
  HealthState state;
  for (int run = 0; run < 5; ++run) state = step(state, fail, {}, moment(run)).state;
  const Step forgotten = forget(state, moment(60));
  EXPECT_EQ(forgotten.change, (Change{Health::down, Health::unknown}));
  EXPECT_EQ(forgotten.state, (HealthState{.health = Health::unknown, .since = moment(60)}));
  EXPECT_EQ(step(forgotten.state, pass, {}, moment(61)).state.health, Health::up);
  EXPECT_EQ(forget(forgotten.state, moment(70)).change, std::nullopt);
  EXPECT_EQ(forget(forgotten.state, moment(70)).state, forgotten.state);
}

}  // namespace
}  // namespace answerback
