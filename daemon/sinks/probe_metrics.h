#pragma once
// What is told about each probe.

#include <cstddef>

#include "model/snapshot.h"
#include "sinks/families.h"

namespace answerback::sinks {

// Those of the plan from `first` on, `count` at the most. All families are there, whatever is in them.
void add_probes(Families&, const Plan&, const Snapshot&, std::size_t first, std::size_t count);

}  // namespace answerback::sinks
