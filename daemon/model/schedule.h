#pragma once
// When a probe is due: a fixed grid of slots. The first slot is spread over the interval by a hash of the
// name, so that a thousand probes of one interval do not start together, and the same name keeps its place
// over a restart.

#include <cstdint>
#include <string_view>

#include "model/time.h"

namespace answerback {

// First slot at or after `origin`, less than one interval (and no more than `soonest`, if the interval is
// long) later: an engineer who starts the daemon wants the first answer of a 10-minute probe now, not in ten
// minutes.
Steady first_slot(std::string_view probe, Duration interval, Steady origin, Duration soonest);

struct Slot {
  Steady at;
  std::uint64_t skipped;  // slots that went by unused since `slot`
};

// The slot after `slot` that is not yet past at `now` (one that is due right now is not past); slots in
// between are skipped and counted. `interval` is more than zero.
Slot next_slot(Steady slot, Duration interval, Steady now);

}  // namespace answerback
