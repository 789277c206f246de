#pragma once
// Numbers as people and models write them: grouped, in other scripts, marked up. Pure.

#include <string>
#include <string_view>
#include <vector>

namespace answerback::probes {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Digits of other scripts as ours, and what stands between them.
std::string in_ascii(std::string_view);

struct Number {
  std::size_t begin, end;  // in the text
  std::string digits;  // without what stands between them; "-3901" where 3901 is only the digits of another
};

// Every number of a text in_ascii(); the one wanted in any form, others as far as their digits, commas and
// points go.
std::vector<Number> numbers_in(std::string_view text, std::string_view wanted);

}  // namespace answerback::probes
