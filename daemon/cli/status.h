#pragma once
// The table of a running daemon, from the body of its /health.

#include <ostream>
#include <string_view>

namespace answerback::cli {

// Exit code: 0 pass, 1 warn, 2 fail, 3 not an answer of ours (told on `err`).
int print_status(std::string_view health_json, bool colour, std::ostream& out, std::ostream& err);

}  // namespace answerback::cli
