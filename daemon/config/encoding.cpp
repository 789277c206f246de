#include "config/encoding.h"

#include "config/masking.h"

namespace answerback::config {
namespace {

// The length of the well-formed sequence at the front, 0 if there is none (overlong forms and surrogates are
// not).
std::size_t sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  const unsigned char second = byte(1);
  if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second >= 0xA0)) return 0;
  if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second >= 0x90)) return 0;
  return length;
}

}  // namespace

std::optional<BadByte> find_bad_byte(std::string_view text) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
    return BadByte{0, "UTF-16: save it as UTF-8"};
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '\0') return BadByte{at, "a NUL byte: this is no text"};
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F)
      return BadByte{at, "a control character: " + printable({&c, 1})};
    const std::size_t length = sequence(text.substr(at));
    if (length == 0) return BadByte{at, "not UTF-8"};
    at += length;
  }
  return std::nullopt;
}

}  // namespace answerback::config
