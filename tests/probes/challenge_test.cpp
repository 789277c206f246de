#include "probes/challenge.h"

#include <gmock/gmock.h>

#include <set>

namespace answerback::probes {
namespace {

struct Counting final : Random {
  std::uint64_t state = 1;
  std::uint64_t bits() override { return state = state * 6364136223846793005U + 1442695040888963407U; }
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

TEST(Challenge, LooksLikeAUsers) {
  Counting random;
  for (const ChallengeKind kind : {ChallengeKind::none, ChallengeKind::arithmetic}) {
    const std::string question = draw_challenge(kind, random).question;
    EXPECT_THAT(question, testing::Not(testing::HasSubstr("test")));
    EXPECT_THAT(question, testing::Not(testing::HasSubstr("error")));
  }
  EXPECT_EQ(draw_challenge(ChallengeKind::none, random).product, 0U);
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

}  // namespace
}  // namespace answerback::probes
