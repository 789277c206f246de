#pragma once
// Probe type `tls`: a TLS handshake as a careful client makes it, also where the protocol begins in plain
// text.

#include <memory>
#include <vector>

#include "net/tls.h"
#include "net/url.h"
#include "probe/probe.h"
#include "probes/shared/expect/bounds.h"
#include "probes/tls/starttls.h"

namespace answerback::probes {

struct TlsProbeSettings {
  net::HostPort address = {};
  StartTls start = StartTls::none;
  net::TlsSettings tls = {};  // with the protocols offered by ALPN: one of them must be chosen
  CertificateBounds certificate = {};
  Slow slow = {};
};
TlsProbeSettings read_tls_probe(config::Fields&);
std::unique_ptr<Probe> make_tls(TlsProbeSettings, Services&);

extern const ProbeType tls;

}  // namespace answerback::probes
