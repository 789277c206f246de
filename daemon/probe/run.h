#pragma once
// All that belongs to one run of one probe.

#include "model/evidence.h"
#include "model/phases.h"
#include "model/result.h"
#include "probe/clock.h"

namespace answerback {

struct Run {
  Clock& clock;
  Steady deadline;     // the runner cancels the coroutine then; a probe needs it only to plan (a clean close)
  Phases& phases;      // outlives the coroutine
  Evidence& evidence;  // outlives the coroutine
  RunId id;

  void enter(Phase phase) { phases.enter(phase, clock.now()); }
  void enter(Phase phase, Reason late) { phases.enter(phase, clock.now(), late); }
  void frame(std::string_view label, std::string_view text) { evidence.frame(clock.now(), label, text); }
};

}  // namespace answerback
