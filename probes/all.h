#pragma once
// The list of probe types.

#include <span>

#include "probe/probe.h"

namespace answerback::probes {

std::span<const ProbeType> all();

}  // namespace answerback::probes
