#include "cli/columns.h"

#include <algorithm>
#include <array>

namespace answerback::cli {
namespace {

struct Band {
  char32_t first, last;
  std::size_t columns;
};

// What stands on the character before it, and what takes two columns (East Asian Width W and F, emoji).
constexpr std::array bands{Band{0x0300, 0x036F, 0},   Band{0x1100, 0x115F, 2},   Band{0x1AB0, 0x1AFF, 0},
                           Band{0x200B, 0x200F, 0},   Band{0x20D0, 0x20FF, 0},   Band{0x2E80, 0x303E, 2},
                           Band{0x3041, 0xA4CF, 2},   Band{0xAC00, 0xD7A3, 2},   Band{0xF900, 0xFAFF, 2},
                           Band{0xFE00, 0xFE0F, 0},   Band{0xFE20, 0xFE2F, 0},   Band{0xFE30, 0xFE6F, 2},
                           Band{0xFF00, 0xFF60, 2},   Band{0xFFE0, 0xFFE6, 2},   Band{0x1F300, 0x1F64F, 2},
                           Band{0x1F680, 0x1F6FF, 2}, Band{0x1F900, 0x1F9FF, 2}, Band{0x20000, 0x3FFFD, 2}};

struct Character {
  std::size_t bytes, columns;
};

// The first one of a text that is not empty; a byte that begins none stands for itself.
Character first_of(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  std::size_t bytes = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  bytes = std::min(bytes, text.size());
  char32_t code = bytes == 1 ? lead : lead & (0x7FU >> bytes);
  for (const char c : text.substr(1, bytes - 1)) code = code << 6U | (static_cast<unsigned char>(c) & 0x3FU);
  const auto band = std::ranges::find_if(bands, [&](const Band& b) { return code <= b.last; });
  return {bytes, band != bands.end() && code >= band->first ? band->columns : 1};
}

// Bytes of the most that is no wider.
std::size_t bytes_of(std::string_view text, std::size_t columns) {
  std::size_t at = 0;
  while (at < text.size()) {
    const Character next = first_of(text.substr(at));
    if (next.columns > columns) break;
    columns -= next.columns;
    at += next.bytes;
  }
  return at;
}

}  // namespace

std::size_t columns(std::string_view text) {
  std::size_t sum = 0;
  for (Character next{}; !text.empty(); text.remove_prefix(next.bytes)) {
    next = first_of(text);
    sum += next.columns;
  }
  return sum;
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
    const std::size_t end =
        between_words ? space : std::max(bytes_of(text, width - margin), first_of(text).bytes);
    if (end == text.size()) break;
    out.append(text.substr(0, end)).append("\n").append(indent, ' ');
    text.remove_prefix(end + (between_words ? 1 : 0));
    margin = indent;
  }
  return out.append(text).append("\n");
}

}  // namespace answerback::cli
