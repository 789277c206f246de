#include "model/result.h"

#include <span>

namespace answerback {
namespace {

// Into a text that is there already, for every run has one: += looks at the capacity each time.
void write_hex(std::string::iterator out, std::span<const std::uint8_t> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (const std::uint8_t byte : bytes) {
    *out++ = digits[byte >> 4U];
    *out++ = digits[byte & 0xFU];
  }
}

}  // namespace

std::string trace_id(const RunId& id) {
  std::string text(id.trace.size() * 2, '0');
  write_hex(text.begin(), id.trace);
  return text;
}

std::string traceparent(const RunId& id) {
  std::string text = "00-TTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTT-SSSSSSSSSSSSSSSS-01";
  write_hex(text.begin() + 3, id.trace);
  write_hex(text.begin() + 36, id.span);
  return text;
}

}  // namespace answerback
