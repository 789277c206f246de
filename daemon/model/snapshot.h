#pragma once
// The immutable view every reader reads. Made by the engine, shared by pointer, never changed after.

#include <memory>
#include <optional>
#include <vector>

#include "model/assess.h"
#include "model/incident.h"
#include "model/plan.h"
#include "model/tally.h"

namespace answerback {

struct ProbeView {
  HealthState state;
  ProbeFacts facts;
  std::optional<Wall> last_pass;
  std::shared_ptr<const RunRecord> last;         // newest run; null before the first
  std::shared_ptr<const RunRecord> last_not_ok;  // newest run that was not a pass: its evidence
  Tally tally;
};

struct Reload {
  bool successful = true;
  Wall at{};
  std::string error;  // why the last one was refused
};

// Without a turn of our own loop for longer than this, we were not looking.
inline constexpr Duration stall_limit = std::chrono::seconds(1);

// About ourselves.
struct Ourselves {
  Wall started{};
  bool looking = true;
  std::string not_looking_why;
  std::uint64_t stalls = 0;
  Histogram lag{lag_edges};  // start of a run after its slot, seconds
  Reload reload;
};

struct Snapshot {
  std::uint64_t serial = 0;  // grows with each one published
  Wall at{};                 // when it was made
  std::shared_ptr<const Plan> plan;
  std::vector<std::shared_ptr<const ProbeView>> probes;  // as Plan::probes
  std::shared_ptr<const Assessment> assessment;
  std::shared_ptr<const std::vector<Incident>> incidents;  // newest first, the last few hundred
  std::shared_ptr<const std::vector<Silence>> silences;    // those of the configuration first; may be null
  Ourselves ourselves;
};

}  // namespace answerback
