#pragma once
// What a text says of a number in it: that it is the answer, one of several, or a step on the way. Pure.

#include <span>
#include <string>
#include <string_view>

#include "probes/shared/challenge/digits.h"

namespace answerback::probes {

// "3901 or 3902", "3900, 3901": by what stands between them, each is one of several.
bool joins(std::string_view between);

// Whether another number, the i-th, is put in the place of the answer: as the product of what was asked for,
// as a correction, or by name. A step of the way, a rounded value or a number of anything else is not.
bool displaces(std::string_view text, std::span<const Number> numbers, std::size_t i, std::string_view right,
               std::span<const std::string> factors);

}  // namespace answerback::probes
