#include "config/source.h"

#include <algorithm>
#include <utility>

#include "config/masking.h"

namespace answerback::config {
namespace {

constexpr std::string_view mask = "***";
constexpr std::size_t before_caret = 160, after_caret = 80;  // bytes of a line shown around the caret

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }
bool blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return !continues(c); }));
}

// Anything between two scalars that is not punctuation (an anchor, a tag, what a syntax error left unread)
// may be a value that was meant to be one: it is masked.
bool structural(char c) { return blank(c) || std::string_view("-{}[],:?").contains(c); }

void append_printable(std::string& out, std::string_view text) {
  for (const char c : text) out += c == '\t' || c == '\r' || c == '\n' ? ' ' : c;
}

}  // namespace

Source::Source(std::string name, std::string text) : name_(std::move(name)), text_(std::move(text)) {
  if (text_.starts_with("\xEF\xBB\xBF")) text_.erase(0, 3);
  lines_.push_back(0);
  for (std::size_t i = 0; i < text_.size(); ++i)
    if (text_[i] == '\n') lines_.push_back(i + 1);
}

std::size_t Source::line_of(std::size_t offset) const {
  return static_cast<std::size_t>(std::ranges::upper_bound(lines_, offset) - lines_.begin()) - 1;
}

Place Source::place(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const std::size_t line = line_of(offset), begin = lines_[line];
  return {name_, static_cast<int>(line + 1),
          static_cast<int>(characters(text().substr(begin, offset - begin)) + 1)};
}

std::string Source::excerpt(std::size_t offset, Show show) const {
  if (text_.empty()) return {};
  offset = std::min(offset, text_.size());
  const std::size_t line = line_of(offset);
  std::size_t pos = lines_[line], end = std::min(text_.find('\n', pos), text_.size());
  if (pos == end) return {};  // an empty line, or the end of the file
  std::string shown;
  if (offset - pos > before_caret) {
    pos = offset - before_caret;
    while (pos < offset && continues(text_[pos])) ++pos;
    shown = "…";
  }
  const bool cut = end - offset > after_caret;
  if (cut) {
    end = offset + after_caret;
    while (continues(text_[end])) --end;
  }

  std::size_t caret = std::string::npos;
  const auto reach = [&](std::size_t at) {
    if (caret == std::string::npos && at >= offset) caret = characters(shown);
  };
  auto token = std::ranges::upper_bound(tokens_, pos, {}, &Token::end);
  while (pos < end) {
    reach(pos);
    if (token != tokens_.end() && pos >= token->begin) {
      const std::size_t stop = std::min(token->end, end);
      if (pos != token->begin)  // goes on from the line before, or from what was cut off
        while (pos < stop && blank(text_[pos])) shown += ' ', ++pos;
      if (offset >= token->begin && offset < token->end) reach(offset);
      if (token->open || (show == Show::value && token->begin == offset)) {
        // As a whole: a cut could part a URL's password from the '@' that tells it.
        const std::string_view whole = text().substr(token->begin, token->end - token->begin);
        const std::string masked = mask_userinfo(whole);
        append_printable(
            shown, masked == whole ? whole.substr(pos - token->begin, stop - pos) : std::string_view(masked));
      } else if (pos < stop) {
        shown += mask;
      }
      pos = stop;
      ++token;
      continue;
    }
    const char c = text_[pos];
    if (c == '#') break;
    if (structural(c)) {
      shown += c == '\t' ? ' ' : c;
      ++pos;
      continue;
    }
    const std::size_t stop = token == tokens_.end() ? end : std::min(token->begin, end);
    while (pos < stop && !structural(text_[pos])) reach(pos++);
    shown += mask;
  }
  while (shown.ends_with(' ') && (caret == std::string::npos || shown.size() > caret)) shown.pop_back();
  if (caret == std::string::npos) caret = characters(shown);
  if (cut) shown += "…";

  std::string number = std::to_string(line + 1);
  number.insert(0, number.size() < 5 ? 5 - number.size() : 0, ' ');
  return number + " | " + shown + "\n" + std::string(number.size(), ' ') + " | " + std::string(caret, ' ') +
         "^";
}

std::size_t skip_properties(std::string_view text, std::size_t begin) {
  while (begin < text.size() && (text[begin] == '&' || text[begin] == '!')) {
    while (begin < text.size() && !blank(text[begin])) ++begin;
    while (begin < text.size() && blank(text[begin])) ++begin;
  }
  return begin;
}

std::size_t scalar_end(std::string_view text, std::size_t begin, std::string_view value) {
  std::size_t pos = begin;
  if (pos >= text.size()) return text.size();
  const char first = text[pos];
  if (first == '"' || first == '\'') {
    for (++pos; pos < text.size(); ++pos) {
      if (first == '"' && text[pos] == '\\') {
        ++pos;
      } else if (text[pos] == first) {
        if (first == '"' || pos + 1 >= text.size() || text[pos + 1] != '\'') return pos + 1;
        ++pos;
      }
    }
    return std::string_view::npos;
  }
  if (first == '|' || first == '>') pos = std::min(text.find('\n', pos), text.size());
  // Folding changes white space only, so the rest is found by walking along both.
  for (const char c : value) {
    if (blank(c)) continue;
    while (pos < text.size() && text[pos] != c) ++pos;
    if (pos < text.size()) ++pos;
  }
  return pos;
}

void report(Diagnostics& diagnostics, const Source& source, std::size_t offset, std::string path,
            std::string message, Show show) {
  if (diagnostics.full()) return diagnostics.add({});
  diagnostics.add({source.place(offset), std::move(path), std::move(message), source.excerpt(offset, show)});
}

}  // namespace answerback::config
