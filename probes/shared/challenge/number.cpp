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

// Digits of other scripts as ours, and what stands between them.
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

// The text without `ending` and what marks it up in front of it; false where it does not end so.
bool drop(std::string_view& text, std::string_view ending) {
  if (!text.ends_with(ending)) return false;
  text.remove_suffix(ending.size());
  return true;
}

void drop_markup(std::string_view& text) {
  for (bool stripped = true; stripped;) {
    while (!text.empty() && markup.contains(text.back())) text.remove_suffix(1);
    stripped = false;
    for (const std::string_view command : {"\\boxed", "\\text", "\\mathbf", "\\bf"})
      stripped = drop(text, command) || stripped;
  }
}

// Its words, small, with a space around each.
std::string words_around(std::string_view text) {
  std::string words = " ";
  for (const char c : text) {
    const char low = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    if (low >= 'a' && low <= 'z')
      words += low;
    else if (words.back() != ' ')
      words += ' ';
  }
  return words.back() == ' ' ? words : words + " ";
}

bool holds_any(std::string_view text, std::initializer_list<std::string_view> parts) {
  return std::ranges::any_of(parts, [&](std::string_view part) { return text.contains(part); });
}

// "the answer is **", "= ", "result: $\boxed{": true, and what is said before it remains.
bool drop_claim(std::string_view& text) {
  drop_markup(text);
  for (const std::string_view verb : {"equal to", "equals", "=", " is", "it's", "it\u2019s", ":", "gives",
                                      "makes", "comes to", "\u2192", "->", " be", " get"}) {
    if (!text.ends_with(verb)) continue;
    if (!verb.starts_with("it")) text.remove_suffix(verb.size());
    drop_markup(text);
    drop(text, " is");  // equal to
    return true;
  }
  return false;
}

// Between the numbers of a calculation: "×", "times", "multiplied by".
bool is_operator(std::string_view text) {
  std::string bare;
  for (const char c : text) {
    if (!markup.contains(c) && !std::string_view(")}]").contains(c))
      bare += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  constexpr std::string_view operators[] = {"x",      "\u00d7", "\u00b7", "*",     "+",           "-",
                                            "\u2212", "/",      "\u00f7", "times", "cdot",        "plus",
                                            "minus",  "div",    "and",    "by",    "multipliedby"};
  return bare.empty() ? text.contains('*') : std::ranges::find(operators, bare) != std::end(operators);
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

// Whether another number, the i-th, is put in the place of the answer: as the product of what was asked for,
// as a correction, or by name. A step of the way, a rounded value or a number of anything else is not.
bool displaces(std::string_view text, const std::vector<Number>& numbers, std::size_t i,
               std::string_view right, const std::vector<std::string>& factors) {
  constexpr std::size_t most_said = 80;
  if (goes_on(text.substr(numbers[i].end))) return false;
  const std::size_t from = i > 0 ? numbers[i - 1].end : 0;
  std::string_view said = text.substr(from, numbers[i].begin - from);
  const bool whole = said.size() <= most_said;
  if (!whole) said.remove_prefix(said.size() - most_said);

  std::string_view before = said;
  const bool claims = drop_claim(before);
  if (claims && before.empty() && whole && i > 0) {  // an equation
    std::vector<std::string> operands{numbers[i - 1].digits};
    for (std::size_t at = i - 1; at > 0; --at) {
      const std::size_t end = numbers[at - 1].end;
      if (!is_operator(text.substr(end, numbers[at].begin - end))) break;
      operands.push_back(numbers[at - 1].digits);
    }
    std::ranges::sort(operands);
    return operands == factors || (operands.size() == 1 && operands.front() == right);
  }

  const std::string words = words_around(said);
  const std::string_view tight = before.substr(std::min(before.size(), before.find_last_of(".;!?\n") + 1));
  if (holds_any(words, {" not ", " rather than ", " instead of "})) return false;
  if (holds_any(words, {" sorry ", " wait ", " actually ", " correction ", " mistake ", " oops ", " rather ",
                        " instead ", " i mean "}) ||
      words.starts_with(" no "))
    return true;
  if (!claims) return false;
  const std::string clause = words_around(tight);
  if (holds_any(clause, {" about ", " approximate", " rough", " estimate", " round", " nearest ", " step ",
                         " intermediate ", " partial ", " first "}))
    return false;
  if (clause == " ") return i == 0 || before.size() != said.size();
  return clause.starts_with(" it ") || clause == " it s "
             ? !tight.contains(',')
             : holds_any(clause, {" answer ", " product ", " result ", " solution ", " final "});
}

// The numbers of the question, as digits, in order of their size as texts.
std::vector<std::string> factors_of(std::string_view question) {
  std::vector<std::string> factors;
  for (const Number& number : numbers_in(question, "0")) factors.push_back(number.digits);
  std::ranges::sort(factors);
  return factors;
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
