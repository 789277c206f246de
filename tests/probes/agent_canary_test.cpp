#include "probes/agent_canary.h"

#include <gmock/gmock.h>

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const Challenge question{"What is the product of 47 and 83?", 3901};
const Challenge chat{"Hello, what can you help me with today?", 0};

std::vector<Steady> times(std::initializer_list<Duration> at) {
  std::vector<Steady> all;
  for (const Duration d : at) all.push_back(Steady(1h) + d);
  return all;
}
const auto even = times({0ms, 100ms, 200ms, 300ms, 400ms}), odd = times({0ms, 50ms, 800ms, 900ms, 2s});

std::string verdict(const Answered& answered) {
  const auto failure = judge_answer(answered, usual_canned);
  return failure ? std::string(name(failure->reason)) : "";
}

std::string of(const Challenge& challenge, std::string_view answer, std::span<const Steady> at = odd,
               std::string_view overclaim = {}) {
  return verdict({challenge, answer, {}, {}, at, overclaim});
}

TEST(Canary, ARightAnswerIsBelievedWhateverElseLooksOdd) {
  EXPECT_EQ(of(question, "3901"), "");
  EXPECT_EQ(of(question, "What is the product of 47 and 83? It is 3,901."), "");
  EXPECT_EQ(of(question, "3901", even, "claims 2 s after 100 ms"), "");
}

TEST(Canary, AWrongAnswerAloneIsOnlyWrong) {
  EXPECT_EQ(of(question, "3902"), "answer_wrong");
  EXPECT_EQ(of(question, ""), "answer_wrong");
  EXPECT_EQ(of(question, " \n", even, "claims"), "answer_wrong");
}

TEST(Canary, WhatConvicts) {
  EXPECT_EQ(of(question, "Agent processed your message: 3901"), "synthetic");
  EXPECT_EQ(of(question, "  WHAT is the\nproduct of 47 and 83? "), "synthetic");
  EXPECT_EQ(of(question, "I think so", even), "synthetic");
  EXPECT_EQ(of(question, "I think so", odd, "agent_completed claims 2 s after 100 ms"), "synthetic");
  EXPECT_EQ(verdict({question, "Sure!", "What is the product of 13 and 97?", "sure!", odd, {}}), "synthetic");
  EXPECT_EQ(verdict({question, "", "What is the product of 13 and 97?", "", odd, {}}), "answer_wrong");
}

TEST(Canary, WithoutAChallengeTheAnswerMayBeAnything) {
  EXPECT_EQ(of(chat, "Many things."), "");
  EXPECT_EQ(of(chat, "Many things.", even), "");
  EXPECT_EQ(of(chat, "Many things.", odd, "claims"), "");
  EXPECT_EQ(of(chat, "Many things.", even, "claims"), "synthetic");
  EXPECT_EQ(of(chat, "You said: Hello, what can you help me with today?"), "synthetic");
  EXPECT_EQ(of(chat, ""), "answer_wrong");
  EXPECT_EQ(verdict({chat, "Many things.", chat.question, "Many things.", odd, {}}), "");
}

TEST(Canary, ConfiguredTextsCountToo) {
  const std::vector<std::string> canned{"our apologies"};
  const auto failure = judge_answer({question, "Our  Apologies, 3901", {}, {}, odd, {}}, canned);
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->reason, Reason::synthetic);
  EXPECT_THAT(failure->detail, HasSubstr("our apologies"));
}

TEST(Canary, EvenGapsAreAllWithinATenth) {
  EXPECT_TRUE(metronomic(even));
  EXPECT_TRUE(metronomic(times({0ms, 109ms, 200ms, 300ms, 391ms, 490ms})));
  EXPECT_FALSE(metronomic(times({0ms, 100ms, 200ms, 300ms})));
  EXPECT_FALSE(metronomic(times({0ms, 100ms, 200ms, 300ms, 415ms})));
  EXPECT_FALSE(metronomic({}));
}

}  // namespace
}  // namespace answerback::probes
