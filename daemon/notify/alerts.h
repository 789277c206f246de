#pragma once
// Alerts are a function of the snapshot. Pure.

#include <string_view>
#include <vector>

#include "model/snapshot.h"
#include "notify/alert.h"

namespace answerback::notify {

// One for each root cause that is not silenced, in their order; what a cause explains has none of its own,
// nor has what may be over with the cause that explained it. The snapshot must hold a plan and an assessment.
//
// Labels: alertname (AnswerbackProbeDown, AnswerbackProbeDegraded), service, probe, reason, severity
// (critical, warning), and the probe's own labels, where the names are not taken. Annotations: summary,
// description, reason, impact, blocks, value_blocked (percent), runbook_url; those without a value are left
// out.
std::vector<Alert> alerts_of(const Snapshot&, std::string_view external_url);

}  // namespace answerback::notify
