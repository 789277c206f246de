#pragma once
// Any text as text or attribute value of XML 1.0, which has no way at all to write most control characters,
// U+FFFE and U+FFFF: those become "?" and U+FFFD. Pure.

#include <string>
#include <string_view>

namespace answerback::cli {

std::string xml(std::string_view text);

}  // namespace answerback::cli
