#pragma once
// The incident report nobody has to write by hand: what works, what is blocked and what that costs, why,
// since when, what changed, what to look at next. Composed from facts already kept; nothing is guessed, and
// what is not known is said to be unknown. Pure.

#include <optional>
#include <string>
#include <vector>

#include "model/chronicle.h"
#include "model/snapshot.h"

namespace answerback {

struct ReportOrder {
  const Snapshot& snapshot;           // with a plan and an assessment
  const Chronicle* chronicle;         // null: nothing is kept beyond the snapshot
  Wall since{}, now{};                // the window; incidents open at any time in it belong to it
  std::string_view not_trusted = {};  // why the snapshot may not be trusted now; empty: it may
};

struct Report {
  struct Capability {
    std::string name, impact;
    double percent = 0;  // of all value
    CapabilityState state = CapabilityState::unknown;
    std::vector<std::string> blocked_by;  // names of root causes
  };
  struct Probe {
    std::string name, type;
    ProbeFacts facts;
    std::optional<Wall> last_pass;
    std::vector<std::string> causes;  // names of root causes; empty while up or unknown
  };
  struct Cause {
    std::string probe;
    ProbeFacts facts;
    std::optional<Wall> last_pass;
    std::optional<Duration> detected;  // from the last good run to the transition: the most it can have taken
    std::optional<Moment> last_change;  // the last thing known to have changed before it
    std::vector<std::string> whys, blocks, impacts;
    double value_blocked = 0;  // percent
    std::string silenced_by;
    std::string trace;  // id of the run the frames are of; empty where it is no longer known
    std::vector<Incident::KeptFrame> frames;
    std::string next, runbook;  // next: one sentence
  };

  std::string service;
  Wall since{}, now{};
  Status status = Status::fail;
  std::string output, not_trusted;
  Value value;
  std::vector<Capability> capabilities;                         // as planned
  std::vector<Probe> probes;                                    // as planned
  std::vector<Cause> causes;                                    // worst first
  std::vector<std::shared_ptr<const IncidentStory>> incidents;  // newest first
  std::vector<Moment> timeline;                                 // oldest first, within the window
  std::vector<Moment> changes;       // of it, what is the daemon's own: reloads, stalls
  std::vector<std::string> unknown;  // sentences
};

Report compose(const ReportOrder&);

}  // namespace answerback
