#pragma once
// Probe type `http`: one request, its answer judged. RFC 9110.

#include <optional>
#include <string>

#include "net/http.h"
#include "probe/probe.h"
#include "probes/expect.h"

namespace answerback::probes {

extern const ProbeType http;

struct HttpSettings {
  net::HttpRequest request;
  Expect expect;
  Slow slow;
  CertificateBounds certificate;
};

HttpSettings read_http(config::Fields&);

struct HttpSeen {
  const net::HttpResponse& response;
  Duration took;
  std::optional<Wall> certificate_expiry;
  Wall now;
};
ProbeResult judge(const HttpSettings&, const HttpSeen&);

// The answer as evidence: status, the headers that explain (never one that may hold a secret), the head of
// the body.
std::string evidence_of(const net::HttpResponse&);

}  // namespace answerback::probes
