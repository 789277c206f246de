#include "model/result.h"

#include <span>

namespace answerback {
namespace {

std::string hex(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text(bytes.size() * 2, '0');  // for every run: += looks at the capacity each time
  auto out = text.begin();
  for (const std::uint8_t byte : bytes) {
    *out++ = digits[byte >> 4U];
    *out++ = digits[byte & 0xFU];
  }
  return text;
}

}  // namespace

std::string trace_id(const RunId& id) { return hex(id.trace); }
std::string traceparent(const RunId& id) { return "00-" + hex(id.trace) + "-" + hex(id.span) + "-01"; }

}  // namespace answerback
