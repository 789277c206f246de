#include "platform/arithmetic.h"

#include <charconv>
#include <vector>

namespace demo {

std::optional<Multiplication> find_multiplication(std::string_view text) {
  std::vector<unsigned long long> numbers;
  for (std::size_t at = 0; numbers.size() < 2;) {
    at = text.find_first_of("0123456789", at);
    if (at == std::string_view::npos) return std::nullopt;
    unsigned long long number = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), number);
    if (error != std::errc()) return std::nullopt;
    numbers.push_back(number);
    at = static_cast<std::size_t>(end - text.data());
  }
  unsigned long long product = 0;
  if (__builtin_mul_overflow(numbers[0], numbers[1], &product)) return std::nullopt;
  return Multiplication{numbers[0], numbers[1]};
}

std::string product_sentence(const Multiplication& m, unsigned long long product) {
  return "The product of " + std::to_string(m.left) + " and " + std::to_string(m.right) + " is " +
         std::to_string(product) + ".";
}

}  // namespace demo
