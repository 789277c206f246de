#include "model/text.h"

#include <algorithm>

namespace answerback {
namespace {

constexpr std::string_view replacement = "\uFFFD";
constexpr std::string_view ellipsis = "…";
constexpr std::string_view hex = "0123456789abcdef";

constexpr unsigned byte(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

// Length of the well-formed sequence at the start of `text`, 0 where there is none (The Unicode Standard,
// table 3-7).
constexpr std::size_t sequence(std::string_view text) {
  const unsigned lead = byte(text, 0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (text.size() < length) return 0;
  const unsigned least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;  // neither overlong
  const unsigned most = lead == 0xED   ? 0x9F
                        : lead == 0xF4 ? 0x8F
                                       : 0xBF;  // nor surrogate, nor beyond U+10FFFF
  if (byte(text, 1) < least || byte(text, 1) > most) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte(text, i) & 0xC0U) != 0x80) return 0;
  }
  return length;
}

constexpr unsigned code_point(std::string_view sequence) {
  if (sequence.size() == 1) return byte(sequence, 0);
  unsigned code = byte(sequence, 0) & (0x7FU >> sequence.size());
  for (std::size_t i = 1; i < sequence.size(); ++i) code = (code << 6U) | (byte(sequence, i) & 0x3FU);
  return code;
}

constexpr bool printable(unsigned code) {
  if (code < 0x20 || (code >= 0x7F && code < 0xA0)) return false;  // C0, DEL, C1
  if (code == 0x2028 || code == 0x2029) return false;              // line and paragraph separator
  return !(code >= 0x202A && code <= 0x202E) &&
         !(code >= 0x2066 && code <= 0x2069);  // bidirectional overrides
}

std::string escape(unsigned code) {
  if (code == '\n') return "\\n";
  if (code == '\r') return "\\r";
  if (code == '\t') return "\\t";
  std::string text = code < 0x100 ? "\\x" : "\\u";
  for (unsigned shift = code < 0x100 ? 8 : 16; shift > 0;) {
    shift -= 4;
    text += hex[(code >> shift) & 0xFU];
  }
  return text;
}

std::string copy(std::string_view text, std::size_t most, bool line) {
  std::string out;
  out.reserve(std::min(text.size(), most) + ellipsis.size());
  while (!text.empty()) {
    const std::size_t length = sequence(text);
    std::string escaped;
    std::string_view piece = length == 0 ? replacement : text.substr(0, length);
    if (line && !printable(code_point(piece))) piece = escaped = escape(code_point(piece));
    if (out.size() + piece.size() > most) return out += ellipsis;
    out += piece;
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

// The number that `width` digits at the start of `text` make; taken off it. Nothing if they are no digits.
std::optional<int> take_number(std::string_view& text, std::size_t width) {
  if (text.size() < width) return std::nullopt;
  int number = 0;
  for (const char c : text.substr(0, width)) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  text.remove_prefix(width);
  return number;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || !any_of.contains(text.front())) return false;
  text.remove_prefix(1);
  return true;
}

// "+01:00" or "Z"; nothing may follow.
std::optional<std::chrono::minutes> offset(std::string_view text) {
  if (take(text, "Zz")) return text.empty() ? std::optional(std::chrono::minutes(0)) : std::nullopt;
  const bool west = text.starts_with('-');
  if (!take(text, "+-")) return std::nullopt;
  const auto hours = take_number(text, 2);
  if (!hours || *hours > 23 || !take(text, ":")) return std::nullopt;
  const auto minutes = take_number(text, 2);
  if (!minutes || *minutes > 59 || !text.empty()) return std::nullopt;
  return std::chrono::minutes((west ? -1 : 1) * (*hours * 60 + *minutes));
}

std::string padded(unsigned value, std::size_t width) {
  const std::string digits = std::to_string(value);
  return std::string(width - std::min(width, digits.size()), '0') + digits;
}

}  // namespace

std::string clip(std::string_view text, std::size_t most) { return copy(text, most, false); }
std::string one_line(std::string_view text, std::size_t most) { return copy(text, most, true); }

std::string headlines(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (!line.empty() && line.front() != ' ') out.append(out.empty() ? "" : "; ").append(line);
  }
  return out;
}

std::optional<Wall> parse_time(std::string_view text) {
  using namespace std::chrono;
  const auto number = [&](std::string_view before, std::size_t width) -> std::optional<int> {
    if (!before.empty() && !take(text, before)) return std::nullopt;
    return take_number(text, width);
  };
  const auto years = number("", 4), month_ = number("-", 2), day_ = number("-", 2);
  const auto hour = number("Tt ", 2), minute = number(":", 2), second = number(":", 2);
  if (!years || !month_ || !day_ || !hour || !minute || !second) return std::nullopt;
  if (take(text, ".")) {
    if (!take_number(text, 1)) return std::nullopt;
    while (take_number(text, 1)) {
    }
  }
  const auto zone = offset(text);
  const year_month_day date(year(*years), month(static_cast<unsigned>(*month_)),
                            day(static_cast<unsigned>(*day_)));
  if (!zone || !date.ok() || *years < 1970 || *years >= 2200) return std::nullopt;
  if (*hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return Wall(sys_days(date)) + hours(*hour) + minutes(*minute) + std::chrono::seconds(*second) - *zone;
}

std::string iso_time(Wall at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(at - day));
  const auto two = [](auto count) { return padded(static_cast<unsigned>(count), 2); };
  return padded(static_cast<unsigned>(static_cast<int>(date.year())), 4) + "-" +
         two(static_cast<unsigned>(date.month())) + "-" + two(static_cast<unsigned>(date.day())) + "T" +
         two(time.hours().count()) + ":" + two(time.minutes().count()) + ":" + two(time.seconds().count()) +
         "Z";
}

}  // namespace answerback
