#pragma once
// Everything known of one probe: its check as in /health with all the evidence, how it is run, the newest run
// with its phases and samples, what has been counted, its last day, and what lists tell of it
// (glance_json.h).

#include <string>

#include "http/context.h"

namespace answerback::http {

std::string probe_json(const Context&, ProbeId);  // the context has a snapshot with a plan and an assessment

}  // namespace answerback::http
