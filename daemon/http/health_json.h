#pragma once
// Facts as JSON: application/health+json (draft-inadarei-api-health-check-06) with keys of our own, and the
// lists of the API. Texts of targets come out as valid UTF-8, numbers in plain decimals.

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "http/context.h"
#include "http/message.h"

namespace answerback::http {

inline constexpr std::string_view health_content_type = "application/health+json";

// The whole, one group (its probes, its own status), or one probe (with all the evidence there is).
// 200 for pass and warn, 503 for fail. Without details, {"status": …} and a note that says so. While
// not_trusted() all of them fail, showing what was last seen.
Response health(const Context&, bool checks = true);  // false: without them
Response health(const Context&, const GroupInfo&);
Response health(const Context&, ProbeId);

boost::json::object check_json(const Snapshot&, ProbeId);  // one check, with all the evidence there is

// What a list may do without.
struct Lean {
  bool evidence = true, strip = true;     // of probes; without evidence only its run is named
  bool timeline = true;                   // of incidents
  bool story = true;                      // of incidents: all the words but what it was and why
  std::optional<std::size_t> ended = {};  // of incidents: at most so many that have
};

// Array of checks, each with its name and what glance_json.h adds, in the order of the plan. The context has
// a snapshot with a plan and an assessment.
std::string probes_json(const Context&, const Lean& = {});
std::string incidents_json(const Chronicle&,
                           const Lean& = {});  // array, newest first; only what is acknowledged

}  // namespace answerback::http
