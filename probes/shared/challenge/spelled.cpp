#include <algorithm>
#include <span>

#include "probes/shared/challenge/lower_words.h"
#include "probes/shared/challenge/parts.h"

namespace answerback::probes {
namespace {

constexpr std::string_view small[] = {"zero",    "one",     "two",       "three",    "four",
                                      "five",    "six",     "seven",     "eight",    "nine",
                                      "ten",     "eleven",  "twelve",    "thirteen", "fourteen",
                                      "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
constexpr std::string_view tens[] = {"twenty", "thirty",  "forty",  "fifty",
                                     "sixty",  "seventy", "eighty", "ninety"};

bool in(std::string_view word, std::span<const std::string_view> list) {
  return std::ranges::find(list, word) != list.end();
}

bool is_number(std::string_view word) {
  constexpr std::string_view others[] = {"hundred", "thousand", "million", "minus", "point"};
  return in(word, small) || in(word, tens) || in(word, others);
}

// "three thousand nine hundred one "
std::string name_of(std::uint64_t number) {
  std::string name;
  const auto add = [&](std::string_view word) { name += std::string(word) + " "; };
  if (number >= 1000) {
    add(small[number / 1000]);
    add("thousand");
  }
  number %= 1000;
  if (number >= 100) {
    add(small[number / 100]);
    add("hundred");
  }
  number %= 100;
  if (number >= 20) {
    add(tens[number / 10 - 2]);
    number %= 10;
  }
  if (number > 0) add(small[number]);
  return name;
}

}  // namespace

bool spells_number(std::string_view text, std::uint64_t number) {
  if (number == 0 || number > 9999) return false;
  std::vector<std::string> said = words_of(text);
  std::erase(said, "and");
  const std::string words = spaced(said), name = name_of(number);
  const std::size_t at = words.find(" " + name);
  if (at == std::string::npos) return false;
  const std::string_view before = std::string_view(words).substr(0, at),
                         after = std::string_view(words).substr(at + 1 + name.size());
  return !is_number(after.substr(0, after.find(' '))) && !is_number(before.substr(before.rfind(' ') + 1));
}

}  // namespace answerback::probes
