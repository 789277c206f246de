#include "probes/agent/canary.h"

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
  return verdict({.challenge = challenge, .answer = answer, .times = at, .overclaim = overclaim});
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
  const std::vector<Exchange> before{{"What is the product of 13 and 97?", "sure!"},
                                     {question.question, "I see."}};
  EXPECT_EQ(verdict({.challenge = question, .answer = "Sure!", .earlier = before}), "synthetic");
  EXPECT_EQ(verdict({.challenge = question, .answer = "I see.", .earlier = before}), "answer_wrong");
  EXPECT_EQ(verdict({.challenge = question, .answer = "", .earlier = before}), "answer_wrong");
}

TEST(Canary, WithoutAChallengeTheAnswerMayBeAnything) {
  EXPECT_EQ(of(chat, "Many things."), "");
  EXPECT_EQ(of(chat, "Many things.", even), "");
  EXPECT_EQ(of(chat, "Many things.", odd, "claims"), "");
  EXPECT_EQ(of(chat, "Many things.", even, "claims"), "synthetic");
  EXPECT_EQ(of(chat, "You said: Hello, what can you help me with today?"), "synthetic");
  EXPECT_EQ(of(chat, ""), "answer_wrong");
  const std::vector<Exchange> before{{chat.question, "Many things."}};
  EXPECT_EQ(verdict({.challenge = chat, .answer = "Many things.", .earlier = before}), "");
  EXPECT_EQ(
      of(chat,
         "You asked what I can help you with: \"Hello, what can you help me with today?\" I can read your "
         "calendar, book rooms and write minutes. Which of these would you like to begin with?"),
      "");
}

TEST(Canary, ConfiguredTextsCountToo) {
  const std::vector<std::string> canned{"our apologies"};
  const auto failure = judge_answer({.challenge = question, .answer = "Our  Apologies, 3901"}, canned);
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->reason, Reason::synthetic);
  EXPECT_THAT(failure->detail, HasSubstr("our apologies"));
}

TEST(Canary, EvenGapsAreAllWithinATenth) {
  EXPECT_EQ(cadence(even), 100ms);
  EXPECT_EQ(cadence(times({0ms, 105ms, 200ms, 300ms, 395ms, 490ms})), 98ms);
  EXPECT_EQ(cadence(times({0s, 2s, 4s, 6s, 8s})), 2s);
  EXPECT_EQ(cadence(times({0ms, 25ms, 50ms, 75ms, 101ms})), 25250us);
  EXPECT_EQ(cadence(times({0ms, 100ms, 200ms, 300ms})), std::nullopt);
  EXPECT_EQ(cadence(times({0ms, 100ms, 200ms, 300ms, 415ms})), std::nullopt);
  EXPECT_EQ(cadence(times({0ms, 1ms, 2ms, 3ms, 4ms})), std::nullopt) << "a burst, read as it came";
  EXPECT_EQ(cadence({}), std::nullopt);
}

TEST(Canary, NobodyTalksThatFast) {
  const std::string speech(40'000, 'w');
  const auto said_in = [&](Duration took, const Challenge& challenge = question,
                           std::string_view overclaim = {}) {
    return verdict({.challenge = challenge, .answer = speech, .overclaim = overclaim, .took = took});
  };
  EXPECT_EQ(said_in(900ms), "synthetic");
  EXPECT_EQ(said_in(2s), "answer_wrong");
  EXPECT_EQ(said_in(900ms, chat), "");
  EXPECT_EQ(said_in(900ms, chat, "claims"), "synthetic");
  EXPECT_EQ(verdict({.challenge = question, .answer = "I would rather not.", .took = 1ms}), "answer_wrong");
}

TEST(Canary, ACutEchoIsOneToo) {
  EXPECT_EQ(of(Challenge{"Could you work out the product of 47 and 83 for me? Digits, please.", 3901},
               "Processing: could you work out the product of 47 an..."),
            "synthetic");
}

TEST(Canary, OtherChallengesAreJudgedByTheSameRules) {
  const Challenge words{.question = "Please write these words backwards, the last one first: amber, tulip.",
                        .words = {"tulip", "amber"}},
      nonce{.question = "What does my note say?", .nonce = "QXVRKTLZBD"};
  EXPECT_EQ(of(words, "tulip, amber"), "");
  EXPECT_EQ(of(words, "amber, tulip"), "answer_wrong");
  EXPECT_EQ(of(words, words.question), "synthetic");
  EXPECT_EQ(of(nonce, "Your note says QXVRKTLZBD."), "");
  EXPECT_EQ(of(nonce, "There is no such note."), "answer_wrong");
}

}  // namespace
}  // namespace answerback::probes
