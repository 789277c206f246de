#pragma once
// `answerback wait`: the deploy gate. Waits for groups or probes of a running daemon to be ready; the daemon
// itself may not be there yet.

#include <functional>
#include <string>
#include <vector>

#include "cli/asking.h"
#include "cli/progress.h"

namespace answerback::cli {

struct WaitOptions {
  std::vector<std::string> names;  // groups or probes, all of them; none: readiness
  GateTerms terms;
  std::string junit;  // file; empty: none
  Progress::Style style;
};

struct Pace {  // time, handed in
  std::function<Steady()> now;
  std::function<void(Steady)> sleep_until;
};

// Progress goes to `err`, the daemon's report to `out` where it timed out. Exit code: 0 ready, 1 timed out, 2
// no such name, or the JUnit file cannot be written.
int wait_command(const WaitOptions&, const Ask&, const Pace&, std::ostream& out, std::ostream& err);

}  // namespace answerback::cli
