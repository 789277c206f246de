#pragma once
// From the health of each probe to what the whole means: status, causes, readiness, value, and the one
// sentence. Pure; the only place these rules are written.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/finding.h"
#include "model/plan.h"
#include "model/result.h"
#include "model/traits.h"

namespace answerback {

struct Cause {
  ProbeId probe;
  Reason reason;
  Phase phase;
  Wall since;
  std::vector<ProbeId> blocks;            // probes in trouble explained by this one, itself not among them
  std::vector<std::size_t> capabilities;  // indices into Plan::capabilities that it blocks
  std::vector<std::string> whys = {};     // from what users feel down to this probe, each because of the next
  double value_blocked = 0;               // percent
  std::string finding = {};  // what another probe adds to it: "while ws-direct works, …"; see findings()
  // What it depends on and is up again since its trouble began: theirs it was, and may be over. Its own it is
  // after as many bad runs as would have taken it down, all of them begun later.
  std::vector<ProbeId> healed = {};
  std::string silenced_by = {};  // why nobody is told ("maintenance: db upgrade"); empty: everybody is
};

struct Readiness {
  bool ready = false;
  std::vector<ProbeId> waiting_for;  // why not: the probes that are down or unknown
};

enum class CapabilityState : std::uint8_t { working, blocked, unknown };
std::string_view name(CapabilityState);

// Percent of the sum of all values; the three add up to 100, or unknown is 100 where there are no
// capabilities.
struct Value {
  double working = 0, blocked = 0, unknown = 100;
};

double percent_blocked(const Plan&, std::span<const std::size_t> capabilities);
double percent(double part, double total);  // exactly 100 where the part is all of it

struct Assessment {
  Status status = Status::fail;
  std::string output;                           // one line an on-call engineer can act on; empty on pass
  std::vector<Finding> findings;                // in the order of the plan's comparisons, then of its probes
  std::vector<Cause> causes;                    // root causes, worst first: most value blocked, then down
                                                // before degraded, then longest
  std::vector<std::vector<ProbeId>> caused_by;  // per probe, see root_causes()
  std::vector<CapabilityState> capabilities;    // per Plan::capabilities
  std::vector<Readiness> groups;                // per Plan::groups
  Readiness readiness;  // group `readiness`, or all critical probes where there is none
  Value value;
};

// With no probes, or with any critical probe unknown, the status is fail and the output says why.
// `not_looking` (why, or empty) makes the status fail and no group ready, and keeps everything else as it was
// last seen. A group or a capability that needs no probes is never ready, or working: nothing is known of it.
// `reloaded`: when the configuration last changed, for the whys. Cause::silenced_by is left empty: it is no
// matter of the facts.
Assessment assess(const Plan&, std::span<const ProbeFacts>, std::string_view not_looking = {},
                  std::optional<Wall> reloaded = {});

// The members of one group, or one probe, as an answer of their own: the worst of them, critical or not.
// Whether we are looking at all is the caller's to ask.
Status status_of_group(const Plan&, const GroupInfo&, std::span<const Health>);

}  // namespace answerback
