#include "probes/shared/challenge/challenge.h"

#include <algorithm>
#include <array>

#include "probes/shared/challenge/parts.h"

namespace answerback::probes {
namespace {

constexpr std::uint64_t least = 13, most = 97;  // of each factor
constexpr std::uint64_t least_product = 1000, first_year = 1900, last_year = 2100;

// What stands before the first number, between the two, and behind.
struct Wording {
  std::string_view before, after;
};
constexpr std::array<Wording, 6> wordings = {{
    {"What is the product of ", "? Please give the result as a number in digits."},
    {"Could you work out the product of ", " for me? Just the number in digits is fine."},
    {"I need the product of ", " for an order. What does it come to, in digits?"},
    {"Please calculate the product of ", " and tell me the result in digits."},
    {"Quick question: what is the product of ", ", written in digits?"},
    {"Help me with this one, please: the product of ", ". Give me the result in digits."},
}};

Challenge draw_product(Random& random, std::uint64_t not_again) {
  const Wording& wording = wordings[random.below(wordings.size())];
  for (;;) {
    const std::uint64_t left = least + random.below(most - least + 1),
                        right = least + random.below(most - least + 1);
    const std::uint64_t product = left * right;
    const bool year = product >= first_year && product <= last_year;
    if (product < least_product || year || product == not_again) continue;
    return {std::string(wording.before) + std::to_string(left) + " and " + std::to_string(right) +
                std::string(wording.after),
            product};
  }
}

// As a word of its own, without case.
bool holds_word(std::string_view text, std::string_view word) {
  const auto same = [](char a, char b) { return (a | 0x20) == (b | 0x20); };
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  for (auto at = text.begin(); at != text.end();) {
    at = std::search(at, text.end(), word.begin(), word.end(), same);
    if (at == text.end()) return false;
    const auto end = at + static_cast<std::ptrdiff_t>(word.size());
    if ((at == text.begin() || !letter(at[-1])) && (end == text.end() || !letter(*end))) return true;
    ++at;
  }
  return false;
}

}  // namespace

Challenge draw_challenge(ChallengeKind kind, Random& random, std::uint64_t not_again) {
  switch (kind) {
    case ChallengeKind::none: break;
    case ChallengeKind::arithmetic: return draw_product(random, not_again);
    case ChallengeKind::word_order: return draw_words(random);
    case ChallengeKind::nonce: return draw_nonce(random);
  }
  return {.question = "Hello, what can you help me with today?"};
}

bool answers(std::string_view text, const Challenge& challenge) {
  if (challenge.product != 0) return answers_number(text, challenge.product, challenge.question);
  if (!challenge.words.empty()) return answers_words(text, challenge);
  if (!challenge.nonce.empty()) return holds_word(text, challenge.nonce);
  return !text.empty();
}

std::string wanted(const Challenge& challenge) {
  if (challenge.product != 0) return std::to_string(challenge.product);
  std::string text = challenge.nonce;
  for (const std::string& word : challenge.words) text += (text.empty() ? "" : " ") + word;
  return text;
}

}  // namespace answerback::probes
