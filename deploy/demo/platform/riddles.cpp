#include "platform/riddles.h"

#include <algorithm>
#include <vector>

namespace demo {
namespace {

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz", note = "note called ";

std::vector<std::string> list_of(std::string_view text) {
  std::vector<std::string> words;
  for (std::size_t at = text.find_first_of(letters); at != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_not_of(letters, at), text.size());
    words.emplace_back(text.substr(at, end - at));
    at = text.find_first_of(letters, end);
  }
  return words;
}

}  // namespace

std::optional<std::string> put_in_order(std::string_view question) {
  const bool backwards = question.contains("backwards"), sorted = question.contains("alphabet");
  const std::size_t colon = question.find(':');
  if (backwards == sorted || colon == std::string_view::npos) return std::nullopt;
  std::vector<std::string> words = list_of(question.substr(colon));
  if (backwards)
    std::ranges::reverse(words);
  else
    std::ranges::sort(words);
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::optional<std::string> note_asked_for(std::string_view question) {
  const std::size_t at = question.find(note);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = question.substr(at + note.size());
  return std::string(rest.substr(0, rest.find_first_of(" ?.,!")));
}

}  // namespace demo
