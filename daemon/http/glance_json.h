#pragma once
// What a list tells of each probe beyond its check, for whoever shows it to people:
//   "causes": ["postgres"]            its root causes; itself where nothing else explains it
//   "next": "Check that …"            what to look at, unless it is up
//   "silenced_by": "7 by ada: …"      only while nobody is told of it
//   "recent": {"ms": [12.1, 5000], "verdicts": "pf"}            its last runs, oldest first, at most 32;
//                                                               p, w, f, u: pass, warn, fail, unknown
//   "stages": [{"stage": "agent_started", "ms": 120.4}, {"stage": "agent_completed", "ms": null}]
//                                     of the run that is the evidence; null: known, and not reached in it
//   "strip": {"from": "…", "part_seconds": 1800, "runs": […], "warn": […], "fail": […], "unknown": […],
//             "mean_ms": […], "longest_ms": […]}                its last day, 48 parts, the last one is now's

#include <boost/json/object.hpp>

#include "http/context.h"

namespace answerback::http {

// `strip`: with the last day, where one is known. The context has a snapshot with a plan and an assessment.
void add_glance(boost::json::object& to, const Context&, ProbeId, bool strip);

}  // namespace answerback::http
