#pragma once
// The state of a running daemon as somebody woken at three in the morning reads it, from the body of its
// /health: the one sentence, the causes, what is lost, then every probe, those in trouble first. Pure.

#include <ostream>
#include <string_view>

#include "model/time.h"

namespace answerback::cli {

struct StatusStyle {
  bool colour = false;
  std::size_t width = 0;  // columns; 0: no limit
  Wall now{};             // for ages
};

// Exit code: 0 pass, 1 warn, 2 fail, 3 not an answer of ours (told on `err`).
int print_status(std::string_view health_json, const StatusStyle&, std::ostream& out, std::ostream& err);

int status_code(std::string_view health_json);  // the same, printing nothing

}  // namespace answerback::cli
