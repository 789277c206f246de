#include <algorithm>
#include <set>

#include "probes/shared/challenge/claim.h"
#include "probes/shared/challenge/digits.h"
#include "probes/shared/challenge/parts.h"

namespace answerback::probes {
namespace {

constexpr std::size_t most_others = 8;    // numbers as long as the product: steps on the way are fewer
constexpr std::size_t most_numbers = 40;  // of any length

// The numbers of the question, as digits, in order of their size as texts.
std::vector<std::string> factors_of(std::string_view question) {
  std::vector<std::string> factors;
  for (const Number& number : numbers_in(question, "0")) factors.push_back(number.digits);
  std::ranges::sort(factors);
  return factors;
}

}  // namespace

bool answers_number(std::string_view given, std::uint64_t product, std::string_view question) {
  if (!holds_number(given, product)) return spells_number(given, product);
  const std::string text = in_ascii(given), right = std::to_string(product);
  const std::string_view view = text;
  const std::vector<Number> numbers = numbers_in(view, right);

  std::set<std::string_view> all, rivals;
  for (const Number& number : numbers) {
    all.insert(number.digits);
    if (number.digits.size() == right.size() && number.digits != right) rivals.insert(number.digits);
  }
  if (all.size() > most_numbers || rivals.size() > most_others) return false;

  const std::vector<std::string> factors = factors_of(question);
  bool claimed = false;  // by what was said last
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto is_rival = [&](std::size_t j) { return rivals.contains(numbers[j].digits); };
    const auto joined = [&](std::size_t j) {
      return joins(view.substr(numbers[j].end, numbers[j + 1].begin - numbers[j].end));
    };
    if (numbers[i].digits == right) {
      const bool one_of_several = (i > 0 && is_rival(i - 1) && joined(i - 1)) ||
                                  (i + 1 < numbers.size() && is_rival(i + 1) && joined(i));
      if (!one_of_several) claimed = true;
    } else if (claimed && is_rival(i) && displaces(view, numbers, i, right, factors)) {
      claimed = false;
    }
  }
  return claimed;
}

}  // namespace answerback::probes
