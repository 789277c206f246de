#include "probes/shared/challenge/claim.h"

#include <algorithm>
#include <initializer_list>
#include <vector>

#include "probes/shared/challenge/lower_words.h"

namespace answerback::probes {
namespace {

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

}  // namespace

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

bool displaces(std::string_view text, std::span<const Number> numbers, std::size_t i, std::string_view right,
               std::span<const std::string> factors) {
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
    return std::ranges::equal(operands, factors) || (operands.size() == 1 && operands.front() == right);
  }

  const std::string words = spaced(words_of(said));
  const std::string_view tight = before.substr(std::min(before.size(), before.find_last_of(".;!?\n") + 1));
  if (holds_any(words, {" not ", " rather than ", " instead of "})) return false;
  if (holds_any(words, {" sorry ", " wait ", " actually ", " correction ", " mistake ", " oops ", " rather ",
                        " instead ", " i mean "}) ||
      words.starts_with(" no "))
    return true;
  if (!claims) return false;
  const std::string clause = spaced(words_of(tight));
  if (holds_any(clause, {" about ", " approximate", " rough", " estimate", " round", " nearest ", " step ",
                         " intermediate ", " partial ", " first "}))
    return false;
  if (clause == " ") return i == 0 || before.size() != said.size();
  return clause.starts_with(" it ") || clause == " it s "
             ? !tight.contains(',')
             : holds_any(clause, {" answer ", " product ", " result ", " solution ", " final "});
}

}  // namespace answerback::probes
