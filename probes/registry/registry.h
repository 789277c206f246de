#pragma once
// Probe type `registry`: a list of agents at any JSON endpoint holds those that are expected, none of them a
// mock, each alive.

#include "probe/probe.h"

namespace answerback::probes {

extern const ProbeType registry;

}  // namespace answerback::probes
