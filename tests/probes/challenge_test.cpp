#include "probes/shared/challenge/challenge.h"

#include <gmock/gmock.h>

#include <set>

namespace answerback::probes {
namespace {

struct Counting final : Random {
  std::uint64_t state = 1;
  std::uint64_t bits() override {  // SplitMix64
    std::uint64_t z = state += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }
};

std::vector<std::uint64_t> numbers_in(std::string_view text) {
  std::vector<std::uint64_t> numbers;
  bool inside = false;
  for (const char c : text) {
    const bool digit = c >= '0' && c <= '9';
    if (digit && !inside) numbers.push_back(0);
    if (digit) numbers.back() = numbers.back() * 10 + static_cast<std::uint64_t>(c - '0');
    inside = digit;
  }
  return numbers;
}

TEST(Challenge, HoldsTwoNumbersAndNotTheirProduct) {
  Counting random;
  std::set<std::uint64_t> products;
  std::uint64_t before = 0;
  for (int i = 0; i < 2000; ++i) {
    const Challenge challenge = draw_challenge(ChallengeKind::arithmetic, random, before);
    const auto numbers = numbers_in(challenge.question);
    ASSERT_EQ(numbers.size(), 2U) << challenge.question;
    EXPECT_EQ(numbers[0] * numbers[1], challenge.product);
    EXPECT_FALSE(holds_number(challenge.question, challenge.product));
    EXPECT_GE(challenge.product, 1000U);
    EXPECT_TRUE(challenge.product < 1900 || challenge.product > 2100);
    EXPECT_NE(challenge.product, before);
    products.insert(before = challenge.product);
  }
  EXPECT_GT(products.size(), 500U);
}

TEST(Challenge, IsWordedInManyWays) {
  Counting random;
  std::set<std::string> wordings;
  for (int i = 0; i < 200; ++i) {
    std::string question = draw_challenge(ChallengeKind::arithmetic, random).question;
    EXPECT_THAT(question, testing::HasSubstr("product of "));
    std::erase_if(question, [](char c) { return c >= '0' && c <= '9'; });
    wordings.insert(question);
  }
  EXPECT_GE(wordings.size(), 5U);
}

TEST(Challenge, LooksLikeAUsers) {
  Counting random;
  for (int i = 0; i < 300; ++i) {
    for (const ChallengeKind kind :
         {ChallengeKind::none, ChallengeKind::arithmetic, ChallengeKind::word_order}) {
      const std::string question = draw_challenge(kind, random).question;
      for (const std::string_view giveaway : {"test", "error", "Test", "Error", "canary", "probe", "health"})
        EXPECT_THAT(question, testing::Not(testing::HasSubstr(giveaway)));
    }
  }
  EXPECT_FALSE(draw_challenge(ChallengeKind::none, random).asks());
}

TEST(Answer, HoldsTheNumberHoweverItIsWritten) {
  for (const std::string_view text : {"3901",
                                      "3,901",
                                      "3.901",
                                      "3 901",
                                      "3_901",
                                      "3'901",
                                      "3{,}901",
                                      "3\\,901",
                                      "3\u00a0901",
                                      "3\u202f901",
                                      "3\u2009901",
                                      "3\u2019901",
                                      "**3901**",
                                      "`3901`",
                                      "$3{,}901$",
                                      "$\\boxed{3901}$",
                                      "The answer is 3,901.",
                                      "47 x 83 = 3901",
                                      "47*83=3901",
                                      "=3901",
                                      "3901.00",
                                      "3901.0",
                                      "3901!",
                                      "(3901)",
                                      "1. multiply: 3901",
                                      "3901, as asked",
                                      "3901.",
                                      "47 83 3901",
                                      "3901 3 000",
                                      "not 12, but 3901\n",
                                      "# Result\n\n- 47 x 83\n- **3,901**\n",
                                      "{\"answer\":3901}",
                                      "47-3901"}) {
    EXPECT_TRUE(holds_number(text, 3901)) << text;
  }
}

TEST(Answer, HoldsItNotAsAPartOfAnother) {
  for (const std::string_view text :
       {"",       "no idea", "3902",   "390",       "39010",     "13901",      "13,901",  "1,3901",
        "0.3901", "3901.5",  "3901,5", "3,901,000", "3.901.000", "3 901 000",  "3901.25", "39 01",
        "3,9,01", "3, 901",  "390 1",  "-3901",     "= -3901",   "\u22123901", "3  901",  "47 and 83"}) {
    EXPECT_FALSE(holds_number(text, 3901)) << text;
  }
}

const Challenge product{"What is the product of 47 and 83?", 3901};

TEST(Answer, IsRightHoweverItIsPut) {
  for (const std::string_view text :
       {"3901",
        "The product of 47 and 83 is **3,901**.",
        "47 × 83 = 47 × 80 + 47 × 3 = 3760 + 141 = 3901",
        "First 47 x 80 = 3760, then 47 x 3 = 141. Together: 3901. Check: 3901 / 83 = 47.",
        "It is about 3900; precisely, 3901.",
        "It is 3902. No, wait: it is 3901.",
        "Let me see: 50 * 83 = 4150, minus 3 * 83 = 249, which leaves 3901.",
        "$$47 \\times 83 = \\boxed{3901}$$",
        "３９０１",
        "３，９０１",
        "٣٩٠١",
        "३९०१",
        "𝟑𝟗𝟎𝟏",
        "three thousand nine hundred and one",
        "Three thousand, nine hundred one.",
        "| 47 | 83 | 3901 |",
        "```\n47 * 83\n3901\n```",
        "{\"result\": 3901}",
        "<b>3901</b>",
        "3901 (that is 3760 + 141)",
        "**3901**\n\nBecause 47 × 80 = 3760 and 47 × 3 = 141.",
        "The answer is 3901. How: 83 times 40 is 3320, and 83 times 7 is 581.",
        "3901. To see this, multiply 47 by 80, which gives 3760, then 47 by 3, and add.",
        "3,901. (Rough check: 50 x 80 = 4000, so it is plausible.)",
        "3901 (rounded to the nearest hundred: 3900)",
        "The product is 3901, so the answer is about 3900.",
        "It is 3901, not 3902.",
        "The answer is 3901 rather than 3902.",
        "3901. Your ticket number is 4711.",
        "3901 (source: https://calc.example:8443/x?id=1234)",
        "3901\n\n---\nTokens used: 1234",
        "{\"a\": 47, \"b\": 83, \"product\": 3901, \"latency_ms\": 1532}",
        "๓๙๐๑",
        "৩৯০১",
        "٣٬٩٠١",
        "3901 = 3760 + 141"}) {
    EXPECT_TRUE(answers(text, product)) << text;
  }
}

TEST(Answer, ThatClaimsSeveralThingsClaimsNothing) {
  std::string every, few;
  for (int i = 1000; i < 10'000; ++i) every += std::to_string(i) + " ";
  for (int i = 3895; i < 3906; ++i) few += std::to_string(i) + "\n";
  for (const std::string& text : {every,
                                  few,
                                  std::string("3901 or 3902"),
                                  std::string("It is 3900, 3901 or 3902."),
                                  std::string("Either 3902 or 3901"),
                                  std::string("It is 3901. Sorry, 3902."),
                                  std::string("3901? No, the product is 3,902."),
                                  std::string("= 3901 = 3902"),
                                  std::string("3902"),
                                  std::string("3901. So 47 × 83 = 3902."),
                                  std::string("3901. 83 times 47 is 3902, then."),
                                  std::string("3901, but the product of 47 and 83 is 3902."),
                                  std::string("3901. Final answer: **3902**"),
                                  std::string("3901. Wait, 3902"),
                                  std::string("3901. It is 3902."),
                                  std::string("{\"draft\": 3901, \"answer\": 3902}"),
                                  std::string("Not 3901. The result is 3902."),
                                  std::string(),
                                  std::string("3900/3901"),
                                  std::string("twenty three thousand nine hundred and one"),
                                  std::string("three thousand nine hundred one million"),
                                  std::string("three thousand nine hundred")}) {
    EXPECT_FALSE(answers(text, product)) << text.substr(0, 200);
  }
}

TEST(WordOrder, TheAnswerIsNotInTheQuestion) {
  Counting random;
  std::set<std::string> questions;
  for (int i = 0; i < 2000; ++i) {
    const Challenge challenge = draw_challenge(ChallengeKind::word_order, random);
    ASSERT_EQ(challenge.words.size(), 5U);
    EXPECT_FALSE(answers(challenge.question, challenge)) << challenge.question;
    EXPECT_TRUE(answers(wanted(challenge), challenge)) << challenge.question;
    questions.insert(challenge.question);
  }
  EXPECT_GT(questions.size(), 1990U);
}

TEST(WordOrder, ToleratesProseAndNoSecondClaim) {
  const Challenge backwards{
      .question = "Please write these words backwards, the last one first: amber, tulip, kettle.",
      .words = {"kettle", "tulip", "amber"}};
  for (const std::string_view text :
       {"kettle, tulip, amber", "1. **Kettle**\n2. **Tulip**\n3. **Amber**\n", "Kettle tulip amber!",
        "You gave me amber, tulip, kettle; the other way round that is kettle, tulip, amber.",
        "kettle -> tulip -> amber. (kettle comes first)", "[\"kettle\",\"tulip\",\"amber\"]"})
    EXPECT_TRUE(answers(text, backwards)) << text;
  for (const std::string_view text :
       {"", "amber, tulip, kettle", "kettle, amber, tulip", "kettle tulip",
        "kettle, tulip, amber or tulip, kettle, amber", "kettles, tulips, ambers"})
    EXPECT_FALSE(answers(text, backwards)) << text;
}

TEST(Nonce, StandsByItself) {
  Counting random;
  const Challenge challenge = draw_challenge(ChallengeKind::nonce, random);
  EXPECT_EQ(challenge.nonce.size(), 10U);
  EXPECT_TRUE(answers("It says `" + challenge.nonce + "`.", challenge));
  EXPECT_FALSE(answers("It says X" + challenge.nonce + ".", challenge));
  EXPECT_FALSE(answers("", challenge));
  EXPECT_NE(draw_challenge(ChallengeKind::nonce, random).nonce, challenge.nonce);
}

}  // namespace
}  // namespace answerback::probes
