#pragma once
// Runs for machines: JSON lines, the Nagios plugin's line, JUnit XML. Pure.

#include <span>
#include <string>

#include "model/plan.h"
#include "model/result.h"

namespace answerback::cli {

// One object on one line: probe, type, verdict, reason ("" on pass), phase, detail, began, duration_seconds,
// phases[], frames[], samples[], bytes_sent, bytes_received, trace_id.
std::string run_json(const ProbeInfo&, const RunRecord&);

struct NagiosAnswer {
  int code = 3;      // 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN: the worst of the runs, no runs being UNKNOWN
  std::string text;  // lines; the first carries the perfdata
};
// Monitoring Plugins Development Guidelines: `OK - …|'name'=0.012s;;;0;5`.
NagiosAnswer nagios(const Plan&, std::span<const RunRecord>);

// One testcase a run. A fail is a failure, an unknown an error, a warning a failure only if `strict`. The
// timeline is the text.
std::string junit(const Plan&, std::span<const RunRecord>, bool strict);

}  // namespace answerback::cli
