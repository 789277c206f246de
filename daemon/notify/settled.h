#pragma once
// Whether a cause will stay one. Pure.

#include "model/snapshot.h"

namespace answerback::notify {

inline constexpr Duration longest_doubt = std::chrono::seconds(30);

// False while something it depends on may yet turn out to be the real cause: not looked at since this probe
// went away from up, counting failures just now, or unknown. A symptom that was noticed first is then never
// told. After longest_doubt it is told all the same. Nor is it told when that cause is over and this probe
// has not had its next run yet: it may well be over, too.
bool settled(const Snapshot&, ProbeId, Steady now);

}  // namespace answerback::notify
