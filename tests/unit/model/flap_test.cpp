#include "model/flap.h"

#include <gtest/gtest.h>

#include <vector>

#include "model/health.h"

namespace answerback {
namespace {

using enum Health;
using namespace std::chrono_literals;

constexpr FlapRule rule{.falls = 3, .within = 60s};

struct Walk {
  FlapState state;
  Steady now{1h};
  Health health = up;
  void stays(Duration d) {
    now += d;
    look_for_flapping(state, health, health, now, rule);
  }
  void moves(Health to, Duration after) {
    now += after;
    look_for_flapping(state, std::exchange(health, to), to, now, rule);
  }
  void falls(int times, Duration each) {
    while (times-- > 0) {
      moves(down, each / 2);
      moves(up, each / 2);
    }
  }
};

TEST(Flapping, BeginsWithTheLastFallThatFits) {
  Walk walk;
  walk.falls(2, 10s);
  EXPECT_FALSE(walk.state.flapping);
  walk.moves(degraded, 5s);
  EXPECT_TRUE(walk.state.flapping) << "whatever it falls to";
}

TEST(Flapping, IsNotOutagesThatAreFarApart) {
  Walk walk;
  walk.falls(100, 31s);
  EXPECT_FALSE(walk.state.flapping);
  EXPECT_LE(walk.state.falls.size(), 3U) << "bounded";
}

TEST(Flapping, IsNotAnOutageThatGetsWorse) {
  Walk walk;
  for (const Health to : {degraded, down, degraded, down, degraded, down, up}) walk.moves(to, 1s);
  EXPECT_FALSE(walk.state.flapping);
}

TEST(Flapping, EndsAfterHalfThatTimeWithoutAChangeInEitherDirection) {
  for (const Health last : {up, down}) {
    Walk walk;
    walk.falls(4, 4s);
    if (last == down) walk.moves(down, 1s);
    walk.stays(29s);
    EXPECT_TRUE(walk.state.flapping);
    walk.stays(1s);
    EXPECT_FALSE(walk.state.flapping);
    walk.moves(last == up ? down : up, 1s);
    walk.moves(last == up ? up : down, 1s);
    EXPECT_FALSE(walk.state.flapping) << "and begins to count anew";
  }
}

TEST(Flapping, IsNeverWhereItIsTurnedOff) {
  FlapState state{.falls = {}, .moved = {}, .flapping = true};
  look_for_flapping(state, up, down, Steady(1h), {.falls = 0, .within = 60s});
  EXPECT_FALSE(state.flapping);
}

TEST(Flapping, HidesNoOutage) {
  for (const Health health : {up, degraded, down, unknown}) {
    EXPECT_EQ(shown(health, false), health);
    EXPECT_EQ(shown(health, true), health == up ? degraded : health);
  }
}

constexpr Steady moment(int run) { return Steady(std::chrono::seconds(run)); }

TEST(Starting, AFailureIsCountedAndLeavesItUnknown) {
  HealthState state;
  for (int run = 0; run < 5; ++run) {
    const Step next = step(state, Verdict::fail, {}, moment(run), run == 2, true);
    EXPECT_FALSE(next.change);
    state = next.state;
    EXPECT_EQ(state.health, unknown);
  }
  EXPECT_EQ(step(state, Verdict::fail, {}, moment(9)).state.health, down)
      << "once the grace is over, at once";
  EXPECT_EQ(step(state, Verdict::pass, {}, moment(9), false, true).state.health, up);
  EXPECT_EQ(step({.health = up}, Verdict::fail, {.fall = 1, .rise = 1}, moment(9), false, true).state.health,
            down)
      << "what has been up is not starting";
}

TEST(Undecided, IsBetweenTwoHealths) {
  constexpr Thresholds thresholds{.fall = 3, .rise = 2};
  EXPECT_FALSE(undecided({.health = up}, thresholds));
  EXPECT_TRUE(undecided({.health = up, .failures = 1}, thresholds));
  EXPECT_TRUE(undecided({.health = degraded, .failures = 2}, thresholds));
  EXPECT_FALSE(undecided({.health = down, .failures = 3}, thresholds));
  EXPECT_TRUE(undecided({.health = down, .successes = 1}, thresholds));
  EXPECT_FALSE(undecided({.health = up, .successes = 2}, thresholds));
  EXPECT_FALSE(undecided({.health = up, .failures = 1}, {.fall = 1, .rise = 1}));
}

}  // namespace
}  // namespace answerback
