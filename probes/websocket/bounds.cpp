#include "probes/websocket/bounds.h"

namespace answerback::probes {

SocketBounds read_socket_bounds(config::Fields& fields, const net::TlsSettings& tls) {
  SocketBounds bounds;
  config::Fields slow = fields.child("slow", "bounds on the time taken");
  bounds.slow = read_slow(slow);
  config::Fields certificate = fields.child("certificate", "bounds on the certificate's age");
  bounds.certificate = read_certificate(certificate);
  if (tls.insecure_skip_verify && !fields.has("certificate")) bounds.certificate = {};
  return bounds;
}

ProbeResult judge(const SocketBounds& bounds, const Run& run, std::string detail, Duration took) {
  std::optional<ProbeResult> certificate;
  if (const auto end = certificate_end(run.evidence))
    certificate = judge(bounds.certificate, *end, run.clock.wall());
  return worst(std::move(detail), judge(bounds.slow, took), std::move(certificate));
}

}  // namespace answerback::probes
