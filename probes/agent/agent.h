#pragma once
// Probe type `agent`: asks the platform's agent something new over its WebSocket, as a user would, and wants
// the whole chain of events and the right answer. Perfect chains with made-up answers are told apart
// (probes/agent/canary.h).

#include "probe/probe.h"

namespace answerback::probes {

extern const ProbeType agent;

}  // namespace answerback::probes
