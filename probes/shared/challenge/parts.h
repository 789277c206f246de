#pragma once
// The kinds of challenge, one file each. Pure but for the randomness handed in.

#include <optional>

#include "probes/shared/challenge/challenge.h"

namespace answerback::probes {

// Of the four digits asked for: claimed as the answer, and nothing else is. How it was worked out may follow.
bool answers_number(std::string_view text, std::uint64_t product, std::string_view question);
// As words: "three thousand nine hundred and one". Up to 9,999.
bool spells_number(std::string_view text, std::uint64_t number);

Challenge draw_words(Random&);
bool answers_words(std::string_view text, const Challenge&);

Challenge draw_nonce(Random&);

}  // namespace answerback::probes
