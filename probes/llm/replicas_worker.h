#pragma once
// What replicas share about one model, kept in a row of PostgreSQL, inside answerback-worker. Blocks; whoever
// waits for it kills the process.
//
// Request: {"type": "llm_replicas", "do": "claim", "dsn", "name", "tokens", "per_hour": tokens or null,
//   "per_day", "fresh_ms", "left_ms"}
// Answer: {"done": true, "kind": "go" | "seen" | "busy" | "spent", "hour", "day": when the windows began,
//   "hour_spent", "day_spent", "window": the one that is spent, "age_s", "verdict", "reason", "detail"}
//
// Request: {…, "do": "settle", "dsn", "name", "booked", "tokens", "hour", "day", "verdict", "reason",
// "detail"} Answer: {"done": true}
//
// Where the database does not do it: {"done": true, "error": text}.

#include <boost/json/object.hpp>
#include <functional>

namespace answerback::probes {

void answer_llm_replicas(const boost::json::object& request,
                         const std::function<void(const boost::json::object&)>& emit);

}  // namespace answerback::probes
