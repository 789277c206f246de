#pragma once
// One run as a person reads it: what happened when, and what it comes to. Pure.

#include <string>

#include "model/plan.h"
#include "model/result.h"

namespace answerback::cli {

//   agent (agent)
//        0.0 ms  resolve          0.1 ms
//        0.1 ms  connect          0.3 ms
//        0.4 ms  dispatch     15000.0 ms
//        0.6 ms    sent start_agent: {"type":"start_agent",…}
//                  … nothing for 15.0 s
//     http_status 101
//     12 bytes sent, 300 received, trace 4bf92f3577b34da6a3ce929d0e0e4736
//   agent: FAIL no_start at dispatch after 15000.4 ms: 0 of 5 events
// A frame that is JSON and names what it is, is headed by it. A second of silence is told.
// Everything of the peer's is made printable: a terminal obeys nothing it sends. `width`: of the lines that
// frames are folded to.
std::string timeline(const ProbeInfo&, const RunRecord&, bool colour, std::size_t width = 118);

// The last line of it, without colour and without a newline.
std::string verdict_line(const ProbeInfo&, const RunRecord&);

}  // namespace answerback::cli
