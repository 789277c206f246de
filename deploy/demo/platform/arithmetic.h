#pragma once
// What the platform's model can do: multiply the two numbers of a question.

#include <optional>
#include <string>
#include <string_view>

namespace demo {

struct Multiplication {
  unsigned long long left = 0, right = 0;
  unsigned long long product() const { return left * right; }
};

// The first two numbers in the text. nullopt when there are not two, or the product does not fit 64 bits.
std::optional<Multiplication> find_multiplication(std::string_view text);

std::string product_sentence(const Multiplication&, unsigned long long product);

}  // namespace demo
