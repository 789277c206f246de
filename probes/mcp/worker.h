#pragma once
// What the probe type `mcp` does inside answerback-worker: starts a server and speaks with it over its
// standard streams, a message a line. Blocks; whoever waits for it kills the worker and its process group,
// and so the server and its children, at the deadline.
//
// Request: {"type": "mcp", "command": [program, arguments…], "environment": {name: value}, "version": text,
//   "sessions_first": bool, "tool": text, "arguments": {…}, "patience_ms": of silence to server/discover}
// Reports, one a line: {"sent": message}, {"heard": message}, {"garbage": line}, {"silent": true} (what is
// next is of the older era), {"over": true}; at the end {"failure"}, {"too_large"} or {"ended": how}, with
// "errors": the end of what it wrote there, or {"done": true}.

#include <boost/json/object.hpp>
#include <functional>

namespace answerback::probes {

inline constexpr std::size_t mcp_message_cap = 480 * 1024;  // escaped, it must fit the workers' answer_cap
inline constexpr std::size_t mcp_heard_cap = 4 * 1024 * 1024;

void answer_mcp(const boost::json::object& request,
                const std::function<void(const boost::json::object&)>& emit);

}  // namespace answerback::probes
