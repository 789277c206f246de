#pragma once
// Bounds that any probe over a connection may have: how slow it may be, and how near a certificate may be to
// its end.

#include <optional>
#include <string>

#include "config/fields.h"
#include "credentials/tls_keys.h"
#include "model/result.h"

namespace answerback::probes {

struct Slow {
  std::optional<Duration> warn, fail;  // of the whole run
};
Slow read_slow(config::Fields&);  // from the mapping under `slow`
std::optional<ProbeResult> judge(const Slow&, Duration took);

struct CertificateBounds {
  Duration warn{}, fail{};     // left until the earliest expiry of the chain; zero: no bound
  bool at_most_third = false;  // of its lifetime is warned ahead: those that live a week are renewed in days
};
struct CertificateEnd {
  Wall at;
  Duration lifetime = Duration::max();  // as far as it is known
};
// From the mapping under `certificate`. The handshake itself refuses a certificate that has expired.
CertificateBounds read_certificate(config::Fields&);
std::optional<ProbeResult> judge(const CertificateBounds&, const CertificateEnd&, Wall now);

// Of the certificate this run measured, if it did: the one of the chain that ends first.
std::optional<CertificateEnd> certificate_end(const Evidence&);

// The worse of what the bounds say; a pass with `detail` where they say nothing.
ProbeResult worst(std::string detail, std::optional<ProbeResult> slow,
                  std::optional<ProbeResult> certificate);

}  // namespace answerback::probes
