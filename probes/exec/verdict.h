#pragma once
// What a program's end and output mean. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"

namespace answerback::probes {

// How a program ended, as the worker tells it.
struct ExecEnd {
  std::string failure = {};        // it could not be started: why; empty: it was
  int status = 0;                  // its exit status
  std::string signal = {};         // or the signal that ended it: "SEGV"
  std::string out = {}, err = {};  // what it wrote, cut at the cap
  bool cut = false;                // it wrote more
};

enum class ExecFormat : std::uint8_t { nagios, json, status };

// One number a plugin reports: 'label'=value[UOM];[warn];[crit];[min];[max] (Monitoring Plugins guidelines).
struct PerfDatum {
  std::string label;
  double value = 0;
  std::string unit;  // s, us, ms, %, B, KB, …, c; may be empty
};

// All that stands behind the bars of the output, over all its lines; what cannot be read is left out.
std::vector<PerfDatum> read_perfdata(std::string_view output);

// A program that could not be run, was killed, or ends in a way its format has no meaning for says nothing
// about its target: unknown. Otherwise
//   nagios: 0 pass, 1 warn, 2 fail, 3 unknown; the first line is the detail
//   json:   the last line that is an object with a "verdict" (pass, warn, fail, unknown); its "reason" (one
//   of our list)
//           and "detail" are taken over
//   status: 0 pass, anything else fail; the last line is the detail
ProbeResult judge_exec(ExecFormat, const ExecEnd&);

}  // namespace answerback::probes
