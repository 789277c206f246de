#pragma once
// What the probe type `exec` does inside answerback-worker: runs one program to its end. Blocks; whoever
// waits for it kills the worker and its process group, and so the program and its children, at the deadline.
//
// Request: {"type": "exec", "command": [program, arguments…], "environment": {name: value}, "input": text,
//   "output_cap": bytes}
// Answer: {"done": true, "status": exit status, "signal": name, "failure": text, "out": text, "err": text,
// "cut": bool}

#include <boost/json/object.hpp>
#include <functional>

namespace answerback::probes {

void answer_exec(const boost::json::object& request,
                 const std::function<void(const boost::json::object&)>& emit);

}  // namespace answerback::probes
