#pragma once
// `silences`: when nobody is to be told.

#include "config/fields.h"
#include "config/wiring.h"
#include "model/plan.h"

namespace answerback::config {

// One entry of the list, added to the plan:
//   {name: upgrade, probes: [postgres], from: 2026-12-01T02:00:00Z, until: 2026-12-01T04:00:00Z, comment: "to
//   17"} {name: nightly, all: true, daily: "02:00-04:00", days: [sat, sun]}
// It names probes or all, and has an end or comes back every day. Times are UTC where they say no zone, which
// only `daily` may.
void read_silence(Fields&, Wiring&, Plan&);

}  // namespace answerback::config
