#include "http/markdown.h"

#include <algorithm>

#include "model/text.h"

namespace answerback::http {
namespace {

constexpr std::size_t line_cap = 400;  // bytes of one line of a block

bool alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

std::size_t longest_run_of_backticks(std::string_view text) {
  std::size_t longest = 0, run = 0;
  for (const char c : text) longest = std::max(longest, run = c == '`' ? run + 1 : 0);
  return longest;
}

// Where a list, a heading or a quote could begin, the character that would begin it: "- x", "12. x", "# x".
std::size_t block_marker(std::string_view text) {
  const std::size_t digits = text.find_first_not_of("0123456789");
  if (digits == 0) return std::string_view("#+-=").contains(text[0]) ? 0 : std::string_view::npos;
  if (digits == std::string_view::npos || digits > 9) return std::string_view::npos;
  const bool ends = digits + 1 == text.size() || text[digits + 1] == ' ';
  return ends && (text[digits] == '.' || text[digits] == ')') ? digits : std::string_view::npos;
}

bool means_something(std::string_view text, std::size_t i) {
  const char before = i > 0 ? text[i - 1] : ' ';
  const char after = i + 1 < text.size() ? text[i + 1] : ' ';
  switch (text[i]) {
    case '\\':
    case '`':
    case '*':
    case '[':
    case ']':
    case '<':
    case '>':
    case '|':
    case '~':
    case '&':
    case '$': return true;
    case '_': return !alnum(before) || !alnum(after);
    case ':': return text.substr(i).starts_with("://");                         // a link without brackets
    case '.': return i >= 3 && text.substr(i - 3, 3) == "www" && alnum(after);  // and another
    default: return false;
  }
}

}  // namespace

std::string plain(std::string_view text, std::size_t most) {
  constexpr std::string_view nothing = "\u200B";  // between "@" and a name: nobody is called
  std::string line = one_line(text, most);
  line.erase(0, line.find_first_not_of(' '));
  if (line.empty()) return line;
  const std::size_t marker = block_marker(line);
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (i == marker || means_something(line, i)) out += '\\';
    out += line[i];
    const bool calls =
        line[i] == '@' && (i == 0 || !alnum(line[i - 1])) && i + 1 < line.size() && alnum(line[i + 1]);
    if (calls) out += nothing;
  }
  return out;
}

std::string code(std::string_view text, std::size_t most) {
  const std::string line = one_line(text, most);
  const std::string fence(longest_run_of_backticks(line) + 1, '`');
  // A space each side is taken off by the reader, and needed next to a backtick or where spaces are all there
  // is.
  return fence.size() > 1 || line.empty() || line.starts_with(' ') ? fence + " " + line + " " + fence
                                                                   : fence + line + fence;
}

std::string fenced(std::string_view text) {
  std::string lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines += one_line(text.substr(0, end), line_cap) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  const std::string fence(std::max<std::size_t>(3, longest_run_of_backticks(lines) + 1), '`');
  return fence + "text\n" + lines + fence + "\n";
}

}  // namespace answerback::http
