#pragma once
// Whether bytes are the UTF-8 text that YAML and JSON want.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace answerback::config {

struct BadByte {
  std::size_t offset;
  std::string message;
};

// The first byte that is no UTF-8, or a control character other than tab and line ends.
std::optional<BadByte> find_bad_byte(std::string_view);

}  // namespace answerback::config
