#pragma once
// Probe type `grpc`: the health service of a gRPC server (grpc.health.v1, Check) says SERVING.

#include <memory>

#include "net/tls.h"
#include "net/url.h"
#include "probe/probe.h"
#include "probes/grpc/call.h"
#include "probes/shared/expect/bounds.h"

namespace answerback::probes {

struct GrpcSettings {
  net::HostPort address = {};
  GrpcCall call = {};  // an empty authority: the address
  net::TlsSettings tls_settings = {};
  CertificateBounds certificate = {};
  Slow slow = {};
};
GrpcSettings read_grpc(config::Fields&);
std::unique_ptr<Probe> make_grpc(GrpcSettings, Services&);

extern const ProbeType grpc;

}  // namespace answerback::probes
