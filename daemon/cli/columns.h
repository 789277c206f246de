#pragma once
// Text on a terminal of some width. Characters of East Asia and emoji take two columns, combining marks none.
// Pure.

#include <string>
#include <string_view>

namespace answerback::cli {

std::size_t columns(std::string_view);                   // of one line
std::string cut(std::string_view, std::size_t columns);  // with "…" where it had to be cut; 0: no limit
std::string padded(std::string_view, std::size_t columns);

// Broken between words, the lines after the first indented; 0: no limit. Ends with a newline.
std::string wrapped(std::string_view text, std::size_t columns, std::size_t indent);

}  // namespace answerback::cli
