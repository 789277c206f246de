#pragma once
// What the agent is asked: something that is not in the question and new each run, so that no canned answer
// can be right. Pure but for the randomness handed in.

#include <cstdint>
#include <string>
#include <string_view>

#include "probe/random.h"

namespace answerback::probes {

enum class ChallengeKind : std::uint8_t { none, arithmetic };

struct Challenge {
  std::string question;
  std::uint64_t product = 0;  // 0: any answer will do
};

// Arithmetic: two numbers in digits and no other digit. Small enough for a model without a tool to be right,
// large enough not to be met by chance: the product has four digits and looks like no year. Never the product
// `not_again`.
Challenge draw_challenge(ChallengeKind, Random&, std::uint64_t not_again = 0);

// Whether the number stands in the text as a number of its own, however it is written: 3901, 3,901, 3.901, 3
// 901, 3_901, 3'901, 3{,}901, 3901.00, **3901**. Not as a part of another: 13901, 3901.5, 3,901,000, -3901.
bool holds_number(std::string_view text, std::uint64_t number);

}  // namespace answerback::probes
