#pragma once
// Probe type `exec`: runs a program people bring, inside a worker process, and reads its verdict: a Nagios
// plugin's exit code and performance data, lines of JSON, or the exit code alone.

#include "probe/probe.h"

namespace answerback::probes {

extern const ProbeType exec;

}  // namespace answerback::probes
