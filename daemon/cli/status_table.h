#pragma once
// One line a probe, those in trouble first, in as many columns as the terminal has room for. Pure.

#include <string>
#include <string_view>
#include <vector>

namespace answerback::cli {

struct StatusRow {
  std::string probe, health, reason, phase, since, last_pass, took;
};

// `width` 0: no limit.
std::string status_table(std::vector<StatusRow>, std::size_t width, bool colour);

std::string_view paint(std::string_view word);  // the colour of a status, health or state
inline constexpr std::string_view unpaint = "\x1b[0m";

}  // namespace answerback::cli
