#include "model/result.h"

#include <span>

namespace answerback {
namespace {

std::string hex(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text += digits[byte >> 4U];
    text += digits[byte & 0xFU];
  }
  return text;
}

}  // namespace

std::string trace_id(const RunId& id) { return hex(id.trace); }
std::string traceparent(const RunId& id) { return "00-" + hex(id.trace) + "-" + hex(id.span) + "-01"; }

}  // namespace answerback
