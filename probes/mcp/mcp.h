#pragma once
// Probe type `mcp`: a server of the Model Context Protocol, as an agent uses it to reach its tools: who it
// is, what tools it offers, one harmless call. Over streamable HTTP, or as a program over its standard
// streams; sessions that are opened are ended again.

#include "probe/probe.h"

namespace answerback::probes {

extern const ProbeType mcp;

}  // namespace answerback::probes
