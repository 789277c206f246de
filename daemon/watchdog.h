#pragma once
// The last resort: a loop that makes no progress for 100 of the watchdog's own ticks (100 ms each) ends the
// process, so that whoever supervises it starts a fresh one. Counted in ticks, not in seconds: a freeze of
// the whole process freezes the watchdog, too, and is no hang. While the loop makes progress, the supervisor
// is told so, and what the one sentence is.

#include <stop_token>
#include <thread>

#include "sinks/board.h"
#include "supervisor.h"

namespace answerback {

class Watchdog {
 public:
  Watchdog(const sinks::Board&, const Supervisor&);  // both outlive it

 private:
  std::jthread thread_;
};

}  // namespace answerback
