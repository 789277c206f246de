#pragma once
// What is known from before this process was started: where it left off.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/incident.h"
#include "model/verdict.h"

namespace answerback {

struct RestoredProbe {
  Health health = Health::unknown;
  int failures = 0, successes = 0;  // in a row, as HealthState
  Wall since{};                     // of `health`
  std::optional<Wall> last_pass;
  bool operator==(const RestoredProbe&) const = default;
};

struct Restored {
  Wall seen{};  // when it was last known to be so
  std::map<std::string, RestoredProbe> probes;
  std::vector<Incident> open;       // at most one a probe
  std::uint64_t last_incident = 0;  // the highest number ever given
};

}  // namespace answerback
