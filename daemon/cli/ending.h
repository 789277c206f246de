#pragma once
// What a command says has to arrive: a full disk is told on stderr, and by the exit code where that has no
// other meaning.

#include "cli/options.h"

namespace answerback::cli {

// In the place of 0: what the command has for "could not tell". `wait` and `healthcheck` are asked for their
// exit code alone, and a full disk must neither stop a deployment nor restart a container.
inline int code_if_lost(const Options& options) {
  switch (options.command) {
    case Command::wait:
    case Command::healthcheck: return 0;
    case Command::probe: return options.nagios ? 3 : 2;
    case Command::status:
    case Command::report: return 3;
    default: return 1;
  }
}

// Flushes and closes stdout: the last thing a program does. Gives `code`, or `if_lost` in the place of 0.
int end_with(int code, int if_lost);

}  // namespace answerback::cli
