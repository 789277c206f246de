#pragma once
// What the agent is asked: something that is not in the question and new each run, so that no canned answer
// can be right; and whether an answer is right. Pure but for the randomness handed in.
//
// What it proves: somebody read this very question. What it cannot: that a model did; a mock that multiplies
// passes arithmetic, one that sorts passes word_order. A nonce needs the platform's own tool to have run.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "probe/random.h"

namespace answerback::probes {

enum class ChallengeKind : std::uint8_t { none, arithmetic, word_order, nonce };

struct Challenge {
  std::string question;
  // What must stand in the answer; where all are empty, any answer will do.
  std::uint64_t product = 0;
  std::vector<std::string> words = {};  // in their right order
  std::string nonce = {};

  bool asks() const { return product != 0 || !words.empty() || !nonce.empty(); }
};

// arithmetic: two numbers in digits and no other digit. Small enough for a model without a tool to be right,
// large enough not to be met by chance: the product has four digits and looks like no year. Never the product
// `not_again`.
// word_order: five words, wanted backwards or in the order of the alphabet.
// nonce: a secret of 10 letters, and no question: whoever hides the secret knows how to ask for it.
Challenge draw_challenge(ChallengeKind, Random&, std::uint64_t not_again = 0);

// Tolerant in form (thousands separators, prose, Markdown, LaTeX, other scripts' digits, words), strict in
// meaning: an answer that claims several things, or lists so many that one must be right, is none.
bool answers(std::string_view text, const Challenge&);

std::string wanted(const Challenge&);  // "3901", for people

// Whether the number stands in the text as a number of its own, however it is written: 3901, 3,901, 3.901, 3
// 901, 3_901, 3'901, 3{,}901, 3901.00, **3901**, ３９０１. Not as a part of another: 13901, 3901.5,
// 3,901,000, -3901.
bool holds_number(std::string_view text, std::uint64_t number);

}  // namespace answerback::probes
