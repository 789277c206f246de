#include "cli/columns.h"

#include <algorithm>

namespace answerback::cli {
namespace {

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }

// Bytes of the first `count` characters.
std::size_t bytes_of(std::string_view text, std::size_t count) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (begins_character(text[i]) && seen++ == count) return i;
  }
  return text.size();
}

}  // namespace

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

std::string cut(std::string_view text, std::size_t width) {
  if (width == 0 || columns(text) <= width) return std::string(text);
  return std::string(text.substr(0, bytes_of(text, width - 1))) + "…";
}

std::string padded(std::string_view text, std::size_t width) {
  return std::string(text) + std::string(width - std::min(width, columns(text)), ' ');
}

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  std::string out;
  std::size_t margin = 0;
  while (width > indent && columns(text) + margin > width) {
    const std::string_view fits = text.substr(0, bytes_of(text, width - margin + 1));
    const std::size_t space = fits.rfind(' ');
    const bool between_words = space != std::string_view::npos && space > 0;
    const std::size_t end = between_words ? space : bytes_of(text, width - margin);
    out.append(text.substr(0, end)).append("\n").append(indent, ' ');
    text.remove_prefix(end + (between_words ? 1 : 0));
    margin = indent;
  }
  return out.append(text).append("\n");
}

}  // namespace answerback::cli
