#pragma once
// The only place that knows every room: builds the whole from a configuration, starts it, reloads it, stops
// it.

#include "cli/options.h"

namespace answerback {

// Each gives the exit code of its command (docs/commands in the README).
int run_daemon(const cli::Options&);
int run_check(const cli::Options&);
int run_probe(const cli::Options&);
int run_types(const cli::Options&);

}  // namespace answerback
