#pragma once
// Probe type `tcp`: a connection, optionally with TLS, optionally something sent and an answer waited for.

#include <optional>
#include <string>
#include <string_view>

#include "net/tls.h"
#include "net/url.h"
#include "probe/probe.h"
#include "probes/shared/expect/expect.h"

namespace answerback::probes {

extern const ProbeType tcp;

struct TcpSettings {
  net::HostPort address;
  std::string send;
  std::optional<Pattern> expect;
  std::size_t max_bytes = 4096;  // read at the most while waiting for `expect`
  bool tls = false;
  net::TlsSettings tls_settings;
  Slow slow;
  CertificateBounds certificate;
};

TcpSettings read_tcp(config::Fields&);

// What the bytes read so far say about `expect`.
enum class Banner { as_expected, read_on, wrong };
Banner judge(const TcpSettings&, std::string_view read, bool ended);
Failure wrong_banner(const TcpSettings&, std::string_view read, bool ended);

}  // namespace answerback::probes
