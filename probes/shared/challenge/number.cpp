#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "probes/shared/challenge/parts.h"

namespace answerback::probes {
namespace {

constexpr std::size_t most_others = 8;    // numbers as long as the product: steps on the way are fewer
constexpr std::size_t most_numbers = 40;  // of any length

bool is_digit(char c) { return c >= '0' && c <= '9'; }

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

// Digits of other scripts as ours: full width, Arabic, Persian, Devanagari, and the bold ones of mathematics.
std::string in_ascii(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = [&](std::size_t i) {
      return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
    };
    int digit = -1;
    std::size_t length = 1;
    if (byte(0) == 0xEF && byte(1) == 0xBC) {  // U+FF10, and the comma and point of that width
      length = 3;
      digit = byte(2) >= 0x90 && byte(2) <= 0x99 ? static_cast<int>(byte(2)) - 0x90 : -1;
      if (byte(2) == 0x8C || byte(2) == 0x8E) {
        out += byte(2) == 0x8C ? ',' : '.';
        at += length;
        continue;
      }
    } else if ((byte(0) == 0xD9 && byte(1) >= 0xA0 && byte(1) <= 0xA9) ||
               (byte(0) == 0xDB && byte(1) >= 0xB0 && byte(1) <= 0xB9)) {  // U+0660, U+06F0
      length = 2;
      digit = static_cast<int>(byte(1) & 0x0FU);
    } else if (byte(0) == 0xE0 && byte(1) == 0xA5 && byte(2) >= 0xA6 && byte(2) <= 0xAF) {  // U+0966
      length = 3;
      digit = static_cast<int>(byte(2)) - 0xA6;
    } else if (byte(0) == 0xF0 && byte(1) == 0x9D && byte(2) == 0x9F && byte(3) >= 0x8E) {  // U+1D7CE
      length = 4;
      digit = (static_cast<int>(byte(3)) - 0x8E) % 10;
    }
    if (digit >= 0)
      out += static_cast<char>('0' + digit);
    else
      out += text.substr(at, length);
    at += length;
  }
  return out;
}

struct Number {
  std::size_t begin, end;
  std::string digits;
};

// Every number of the text; the one wanted in any form, others as far as their digits, commas and points go.
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

constexpr std::string_view markup = " \t\n*_`$\\({[\"'>|#";

bool ends_with_any(std::string_view text, std::initializer_list<std::string_view> endings) {
  return std::ranges::any_of(endings, [&](std::string_view end) { return text.ends_with(end); });
}

// "the answer is **", "= ", "result: $\boxed{"
bool claims_before(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  std::string_view rest = text;
  for (bool stripped = true; stripped;) {
    stripped = false;
    while (!rest.empty() && markup.contains(rest.back())) rest.remove_suffix(1);
    for (const std::string_view command : {"boxed", "text", "mathbf", "bf"}) {
      if (!rest.ends_with(std::string("\\") + std::string(command))) continue;
      rest.remove_suffix(command.size() + 1);
      stripped = true;
    }
  }
  return ends_with_any(rest, {" is", "=", ":", "equals", "equal to", "gives", "makes", " get", "comes to",
                              "\u2192", "->", " be", "it's", "it\u2019s", "actually", "rather", "sorry,"});
}

// A step of a calculation goes on behind it.
bool goes_on(std::string_view after) {
  while (!after.empty() && after.front() == ' ') after.remove_prefix(1);
  for (const std::string_view sign : {"+", "-", "\u2212", "\u2013", "x", "\u00d7", "\u00b7", "*", "/",
                                      "\u00f7", "^", "\\times", "\\cdot", "\\div"}) {
    if (!after.starts_with(sign)) continue;
    after.remove_prefix(sign.size());
    while (!after.empty() && after.front() == ' ') after.remove_prefix(1);
    return !after.empty() && (is_digit(after.front()) || after.front() == '(');
  }
  return false;
}

// "3901 or 3902", "3900, 3901": one of several.
bool joins(std::string_view between) {
  std::string words;
  for (const char c : between) {
    if (!markup.contains(c) && !std::string_view(",;/-)}]?").contains(c))
      words += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  return words.empty() || words == "or" || words == "and" || words == "to" || words == "maybe" ||
         words == "ormaybe" || words == "orperhaps" || words == "perhaps" || words == "\u2013" ||
         words == "oreven";
}

}  // namespace

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

bool answers_number(std::string_view given, std::uint64_t product) {
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
    } else if (is_rival(i) && !goes_on(view.substr(numbers[i].end)) &&
               claims_before(
                   std::string(view.substr(numbers[i].begin - std::min<std::size_t>(40, numbers[i].begin),
                                           std::min<std::size_t>(40, numbers[i].begin))))) {
      claimed = false;
    }
  }
  return claimed;
}

}  // namespace answerback::probes
