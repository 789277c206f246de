#pragma once
// What the probe type `postgres` does inside answerback-worker: signs in and asks, by libpqxx. Blocks;
// whoever waits for it kills the process at the deadline.
//
// Request: {"type": "postgres",
//   "params": {libpq's connection keywords},  "addresses": [those to try in turn as hostaddr; may be empty],
//   "query": text, "tables": [names], "role": "any" | "primary" | "replica", "pressure": {"warn": ratio,
//   "fail": ratio}, "left_ms": milliseconds until the deadline}
// Answer: as probes/shared/worker_answer.h says.

#include <boost/json/object.hpp>
#include <functional>

namespace answerback::probes {

using EmitLine = std::function<void(const boost::json::object&)>;

void answer_postgres(const boost::json::object& request, const EmitLine&);

}  // namespace answerback::probes
