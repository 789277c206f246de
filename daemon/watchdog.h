#pragma once
// The last resort: a loop that makes no progress for 100 of the watchdog's own ticks (100 ms each) ends the
// process, so that whoever supervises it starts a fresh one. Counted in ticks, not in seconds: a freeze of
// the whole process freezes the watchdog, too, and is no hang.

#include <stop_token>
#include <thread>

#include "sinks/board.h"

namespace answerback {

class Watchdog {
 public:
  explicit Watchdog(const sinks::Board&);  // the board outlives it

 private:
  std::jthread thread_;
};

}  // namespace answerback
