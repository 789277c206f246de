#include "probes/shared/challenge/digits.h"

#include <array>
#include <cstdint>
#include <utility>

#include "probes/shared/challenge/challenge.h"

namespace answerback::probes {
namespace {

// Between two groups of three digits. Spaces: plain, no-break, narrow no-break, thin.
constexpr std::array<std::string_view, 12> separators = {",",   ".",      " ",      "_",      "'",   "\u2019",
                                                         "{,}", "\u00a0", "\u202f", "\u2009", "\\,", "\\ "};

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

// The character at the beginning of the text and its length; what is no UTF-8 is taken byte by byte.
std::pair<char32_t, std::size_t> character_at(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
  if (length == 1 || length > text.size()) return {first, 1};
  char32_t character = first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return {first, 1};
    character = character << 6U | (byte(i) & 0x3FU);
  }
  return {character, length};
}

char in_ascii(char32_t character) {
  constexpr std::array<char32_t, 19> zeros = {0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6,
                                              0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0E50, 0x0ED0,
                                              0x0F20, 0x1040, 0x17E0, 0x1810, 0xFF10};
  for (const char32_t zero : zeros) {
    if (character >= zero && character <= zero + 9) return static_cast<char>('0' + (character - zero));
  }
  if (character >= 0x1D7CE && character <= 0x1D7FF)  // bold, double-struck … of mathematics
    return static_cast<char>('0' + (character - 0x1D7CE) % 10);
  if (character == 0x066C || character == 0xFF0C) return ',';
  return character == 0x066B || character == 0xFF0E ? '.' : '\0';
}

}  // namespace

std::string in_ascii(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto [character, length] = character_at(text);
    if (const char plain = length > 1 ? in_ascii(character) : '\0')
      out += plain;
    else
      out += text.substr(0, length);
    text.remove_prefix(length);
  }
  return out;
}

std::vector<Number> numbers_in(std::string_view text, std::string_view wanted) {
  std::vector<Number> numbers;
  for (std::size_t at = 0; at < text.size();) {
    if (!is_digit(text[at])) {
      ++at;
      continue;
    }
    bool grouped = false;
    std::size_t end = at + match(text.substr(at), wanted, grouped);
    const bool right = end > at && begins_there(text.substr(0, at)) && ends_there(text.substr(end), grouped);
    std::string digits(wanted);
    if (!right) {
      end = at;
      digits.clear();
      while (end < text.size() &&
             (is_digit(text[end]) ||
              ((text[end] == ',' || text[end] == '.') && end + 1 < text.size() && is_digit(text[end + 1])))) {
        if (is_digit(text[end])) digits += text[end];
        ++end;
      }
      if (digits == wanted) digits = "-" + digits;  // its digits in another number
    }
    numbers.push_back({at, end, std::move(digits)});
    at = end;
  }
  return numbers;
}

bool holds_number(std::string_view given, std::uint64_t number) {
  const std::string text = in_ascii(given), digits = std::to_string(number);
  const std::string_view view = text;
  for (std::size_t at = 0; at < view.size(); ++at) {
    if (view[at] != digits[0]) continue;
    bool grouped = false;
    const std::size_t length = match(view.substr(at), digits, grouped);
    if (length > 0 && begins_there(view.substr(0, at)) && ends_there(view.substr(at + length), grouped))
      return true;
  }
  return false;
}

}  // namespace answerback::probes
