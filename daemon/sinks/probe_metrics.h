#pragma once
// What is told about each probe.

#include "model/snapshot.h"
#include "sinks/families.h"

namespace answerback::sinks {

void add_probes(Families&, const Plan&, const Snapshot&);

}  // namespace answerback::sinks
