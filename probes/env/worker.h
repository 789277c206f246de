#pragma once
// Looking at files, inside answerback-worker: a mount that hangs must not hold the daemon.
//
// Request: {"type": "env", "read": path or "", "look": [path…]}
// Answer: {"done": true, "text": hex of what was read, "error": why nothing was, "denied": true where we may
//   not, "seen": [{"error", "folder", "mounted", "size", "written": seconds since the epoch}…]}

#include <boost/json/object.hpp>
#include <functional>

namespace answerback::probes {

inline constexpr std::size_t env_file_cap = 128 * 1024;  // bytes; more is an error

void answer_env(const boost::json::object& request,
                const std::function<void(const boost::json::object&)>& emit);

}  // namespace answerback::probes
