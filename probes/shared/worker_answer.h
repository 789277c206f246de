#pragma once
// What answerback-worker tells of a database it was sent to, read line by line: lines {"phase": name, "late":
// reason, "note": text} as each phase begins (late and note may be missing), then
//   {"done": true, "verdict": "pass" | "warn" | "fail", "reason": name, "detail": text, "sent": bytes,
//   "received": bytes, "samples": {"connections_used": n, "connections_max": n}, "facts": text}
// A worker speaks with strangers, so its words are checked like theirs.

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "probe/run.h"

namespace answerback::probes {

class WorkerAnswer {
 public:
  // `place`: the note of each phase, host:port. `password` is masked wherever the server repeats it.
  WorkerAnswer(Run& run, std::string place, std::string password)
      : run_(run), place_(std::move(place)), password_(std::move(password)) {}

  bool take(std::string_view line);  // false: it was the last

  ProbeResult result = ProbeResult::unknown(Reason::internal, "the worker gave no result");

 private:
  bool conclude(std::string what);
  bool done(const boost::json::object&);
  std::string masked(std::string_view text) const;

  Run& run_;
  std::string place_, password_;
};

}  // namespace answerback::probes
