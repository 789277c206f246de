#pragma once
// One look at whether something is ready, and if not, why: what /readyz or /health/NAME of a running daemon
// say. An answer that is not answerback's is never "ready", whatever its status.

#include <string>
#include <string_view>

#include "cli/asking.h"

namespace answerback::cli {

inline constexpr std::string_view readiness =
    "readiness";  // the group that is waited for unless said otherwise

struct Look {
  bool ready = false;
  bool no_such_name = false;  // the daemon is there and knows no such group or probe: waiting will not help
  bool reached = true;        // somebody answered
  std::string why = {};       // one line, without anything that changes by itself; empty when ready
};

// At /readyz where the name is `readiness` (whether or not there is such a group), else at the group or
// probe.
Look look_at(std::string_view name, const Ask&);

}  // namespace answerback::cli
