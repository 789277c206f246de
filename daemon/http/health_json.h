#pragma once
// Facts as JSON: application/health+json (draft-inadarei-api-health-check-06) with keys of our own, and the
// lists of the API. Texts of targets come out as valid UTF-8, numbers in plain decimals.

#include <boost/json/object.hpp>
#include <string>

#include "http/context.h"
#include "http/message.h"

namespace answerback::http {

inline constexpr std::string_view health_content_type = "application/health+json";

// The whole, one group (its probes, its own status), or one probe (with all the evidence there is).
// 200 for pass and warn, 503 for fail. Without details, {"status": …} and a note that says so. While not_trusted() all of
// them fail, showing what was last seen.
Response health(const Context&);
Response health(const Context&, const GroupInfo&);
Response health(const Context&, ProbeId);

boost::json::object check_json(const Snapshot&, ProbeId);  // one check, with all the evidence there is

std::string probes_json(const Snapshot&);  // array of checks, each with its name, in the order of the plan
std::string incidents_json(const Chronicle&);  // array, newest first; only what is acknowledged

}  // namespace answerback::http
