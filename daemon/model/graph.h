#pragma once
// Who depends on whom, and who is to blame. Pure; recomputed on transitions only. All of it is iterative and
// ends even on a cycle, which a valid plan does not have.

#include <span>
#include <string>
#include <vector>

#include "model/plan.h"

namespace answerback {

// The names along one dependency cycle, first repeated at the end; empty if there is none.
std::vector<std::string> find_cycle(const Plan&);

// For each probe the root causes of its trouble: the down probes it depends on, directly or not, that have no
// down dependency themselves; for a degraded probe where there are none, the same among the degraded. A probe
// in trouble that nothing else explains is its own cause: a degraded dependency does not explain an outage
// (its own fault would be hidden behind a warning; the caller may say that one which is refused for now is
// down), and an unknown one explains nothing. Empty for probes
// that are up or unknown.
std::vector<std::vector<ProbeId>> root_causes(const Plan&, std::span<const Health>);

// Every probe that depends on this one, directly or not, in the order of the plan.
std::vector<ProbeId> dependents(const Plan&, ProbeId);

// Every probe this one depends on, directly or not, in the order of the plan.
std::vector<ProbeId> dependencies(const Plan&, ProbeId);

}  // namespace answerback
