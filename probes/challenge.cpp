#include "probes/challenge.h"

#include <array>

namespace answerback::probes {
namespace {

constexpr std::uint64_t least = 13, most = 97;  // of each factor
constexpr std::uint64_t least_product = 1000, first_year = 1900, last_year = 2100;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Between two groups of three digits. Spaces: plain, no-break, narrow no-break, thin.
constexpr std::array<std::string_view, 11> separators = {",",   ".",      " ",      "_",      "'",  "\u2019",
                                                         "{,}", "\u00a0", "\u202f", "\u2009", "\\,"};

std::size_t separator_at(std::string_view text) {
  for (const std::string_view separator : separators) {
    if (text.starts_with(separator)) return separator.size();
  }
  return 0;
}

// The length of the digits at the beginning of the text, separators between groups of three allowed; 0: not
// these. `grouped` tells whether there were any.
std::size_t match(std::string_view text, std::string_view digits, bool& grouped) {
  std::size_t at = 0;
  grouped = false;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const bool boundary = i > 0 && (digits.size() - i) % 3 == 0;
    if (boundary && at < text.size() && !is_digit(text[at])) {
      at += separator_at(text.substr(at));
      grouped = true;
    }
    if (at >= text.size() || text[at] != digits[i]) return 0;
    ++at;
  }
  return at;
}

bool begins_there(std::string_view before) {
  if (before.empty()) return true;
  const char last = before.back();
  if (is_digit(last)) return false;
  const char earlier = before.size() > 1 ? before[before.size() - 2] : ' ';
  if ((last == '.' || last == ',') && is_digit(earlier)) return false;  // the rest of another number
  const bool minus = last == '-' || before.ends_with("\u2212");
  return !minus || is_digit(earlier);  // "47-3901" is odd, but no negative number
}

bool ends_there(std::string_view after, bool grouped) {
  if (after.empty()) return true;
  if (is_digit(after.front())) return false;
  std::size_t digits = 0;
  if (after.front() == '.' || after.front() == ',') {
    bool zeros = true;
    while (1 + digits < after.size() && is_digit(after[1 + digits]))
      zeros = after[1 + digits++] == '0' && zeros;
    return digits == 0 || (zeros && digits != 3);  // "3901.00" is the same number, "3,901,000" is not
  }
  const std::size_t separator = grouped ? separator_at(after) : 0;
  while (separator + digits < after.size() && is_digit(after[separator + digits])) ++digits;
  return separator == 0 || digits != 3;
}

}  // namespace

Challenge draw_challenge(ChallengeKind kind, Random& random, std::uint64_t not_again) {
  if (kind == ChallengeKind::none) return {"Hello, what can you help me with today?", 0};
  for (;;) {
    const std::uint64_t left = least + random.below(most - least + 1),
                        right = least + random.below(most - least + 1);
    const std::uint64_t product = left * right;
    const bool year = product >= first_year && product <= last_year;
    if (product < least_product || year || product == not_again) continue;
    return {"What is the product of " + std::to_string(left) + " and " + std::to_string(right) +
                "? Please give the result as a number in digits.",
            product};
  }
}

bool holds_number(std::string_view text, std::uint64_t number) {
  const std::string digits = std::to_string(number);
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != digits[0]) continue;
    bool grouped = false;
    const std::size_t length = match(text.substr(at), digits, grouped);
    if (length > 0 && begins_there(text.substr(0, at)) && ends_there(text.substr(at + length), grouped))
      return true;
  }
  return false;
}

}  // namespace answerback::probes
