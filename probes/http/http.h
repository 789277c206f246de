#pragma once
// Probe type `http`: one request, its answer judged. RFC 9110.

#include <optional>
#include <string>

#include "net/http.h"
#include "probe/probe.h"
#include "probes/http/before.h"
#include "probes/http/presets.h"
#include "probes/shared/expect/expect.h"

namespace answerback::probes {

extern const ProbeType http;

struct HttpSettings {
  std::vector<HttpStep> before = {};
  net::HttpRequest request;
  std::optional<FilledRequest> filled = {};  // where there are steps before it
  std::string credentials = {};              // name; empty: nobody
  const HttpPreset* preset = nullptr;        // how the body is read; null: as `expect` says
  HttpPresetSettings reading = {};
  Expect expect;
  Slow slow;
  CertificateBounds certificate;
  std::optional<JsonExpect> claims;  // what the answer holds when it claims health for another probe
};

HttpSettings read_http(config::Fields&);

struct HttpSeen {
  const net::HttpResponse& response;
  Duration took;
  std::optional<CertificateEnd> certificate_end;
  Wall now;
};
ProbeResult judge(const HttpSettings&, const HttpSeen&);

// Whether a good answer claims that others are healthy, its own words as label. Against what is seen of them
// it is held by who sees both (model/finding.h).
Sample claim_of(const JsonExpect& claims, const net::HttpResponse&);

// The answer as evidence: status, the headers that explain (never one that may hold a secret), the head of
// the body.
std::string evidence_of(const net::HttpResponse&);

}  // namespace answerback::probes
