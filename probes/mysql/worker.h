#pragma once
// What the probe type `mysql` does inside answerback-worker: signs in and asks, by libmariadb. Blocks;
// whoever waits for it kills the process at the deadline.
//
// Request: {"type": "mysql", "host", "socket", "user", "password", "database", "port",
//   "tls": {"on", "verify": flags, "ca_file", "cert_file", "key_file"}, "query": text, "expect": text or
//   null, "tables": [names], "writable": flag, "pressure": {"warn": ratio, "fail": ratio}, "addresses":
//   count, "left_ms": milliseconds until the deadline}
// Answer: as probes/shared/worker_answer.h says; the bytes are those of our statements and of the answers'
// values.

#include <boost/json/object.hpp>
#include <functional>

namespace answerback::probes {

void answer_mysql(const boost::json::object& request,
                  const std::function<void(const boost::json::object&)>& emit);

}  // namespace answerback::probes
