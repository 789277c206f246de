#pragma once
// What an HTTP answer is worth to a module. Pure.

#include <optional>

#include "blackbox/http_settings.h"
#include "model/result.h"

namespace answerback::blackbox {

struct HttpSeen {
  const net::HttpResponse& response;
  const Body& body;
  bool tls = false;
};

struct HttpVerdict {
  std::optional<Failure> failure;  // none: a success
  bool by_regex = false;           // probe_failed_due_to_regex
};

HttpVerdict judge(const HttpModule&, const HttpSeen&);

// Content-Length as Go shows it: -1 where it is not known.
double content_length(const net::HttpResponse&);

// Seconds since the epoch of a Last-Modified that is a date (RFC 9110, IMF-fixdate).
std::optional<double> last_modified(const net::HttpResponse&);

}  // namespace answerback::blackbox
