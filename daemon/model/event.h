#pragma once
// What happened, for sinks. Each is self-contained: a sink on another thread may keep it.

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "model/incident.h"
#include "model/plan.h"
#include "model/snapshot.h"

namespace answerback {

struct RunFinished {
  std::shared_ptr<const Plan> plan;
  std::shared_ptr<const RunRecord> run;
};
struct Transition {
  std::string probe;
  Change change;
  Wall at;
  std::shared_ptr<const RunRecord> run;  // null where silence moved it (stale)
  std::vector<std::string> causes;       // names of the root causes; itself where nothing else explains it
};
struct IncidentOpened {
  Incident incident;
};
struct IncidentClosed {
  Incident incident;
};
struct OutputChanged {
  Status from, to;
  std::string output;
  Wall at;
};
struct LookingChanged {
  bool looking;
  std::string why;
  Wall at;
};
struct Reloaded {
  Reload reload;
  std::size_t probes;
};
struct Lifecycle {
  std::string what;
  Wall at;
};  // "started", "stopping"

using Event = std::variant<RunFinished, Transition, IncidentOpened, IncidentClosed, OutputChanged,
                           LookingChanged, Reloaded, Lifecycle>;

}  // namespace answerback
