#pragma once
// What two probes say together and neither says alone: an endpoint that calls others healthy while they are
// seen to fail, an edge that is broken where the direct way works. Pure.
//
// Both sides must speak of the same time: what works has been seen to work in a run that began after the
// other side began to fail. Else the slower of two probes would accuse the faster for as long as it takes to
// notice.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/facts.h"
#include "model/plan.h"

namespace answerback {

struct Finding {
  std::string name;  // of the comparison; of the probe that lies
  Reason reason;     // edge_path, auth_split_brain, app_layer; ready_lies
  ProbeId probe;     // whose fault it is: the failing side; for ready_lies the probe that lies
  ProbeId with;      // the other side
  Wall since;
  std::string detail;  // what the other side says: "while ws-direct works, up since …"
  bool operator==(const Finding&) const = default;
};

// A good run of a probe that claims health for others (ProbeInfo::claims), of which one is down and was
// failing before the run began: the warning `ready_lies` that it is worth, both sides quoted. Else nothing.
std::optional<ProbeResult> unmasked(const Plan&, std::span<const ProbeFacts>, const RunRecord&);

// All there are. A comparison gives one only where nothing its failing side depends on explains the failure.
std::vector<Finding> findings(const Plan&, std::span<const ProbeFacts>,
                              const std::vector<std::vector<ProbeId>>& caused_by);

// Whether this probe's word alone can make or end a finding, without any change of health.
bool is_witness(const Plan&, ProbeId);

}  // namespace answerback
