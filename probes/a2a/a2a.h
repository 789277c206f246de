#pragma once
// Probe type `a2a`: the card by which an agent is found (a2a-protocol.org), its skills, and whether the place
// it sends its readers to is there. No message is sent and no token spent: that is `agent` with the preset
// a2a.

#include "probe/probe.h"

namespace answerback::probes {

extern const ProbeType a2a;

}  // namespace answerback::probes
