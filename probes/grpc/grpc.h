#pragma once
// Probe type `grpc`: the health service of a gRPC server (grpc.health.v1, Check) says SERVING.

#include <memory>
#include <string>
#include <vector>

#include "config/secret.h"
#include "net/tls.h"
#include "net/url.h"
#include "probe/probe.h"
#include "probes/shared/expect/bounds.h"

namespace answerback::probes {

struct GrpcSettings {
  net::HostPort address = {};
  std::string service = {};    // empty: the server as a whole
  std::string authority = {};  // empty: the address
  std::vector<std::pair<std::string, Secret>> metadata = {};
  bool tls = false;
  net::TlsSettings tls_settings = {};
  CertificateBounds certificate = {};
  Slow slow = {};
};
GrpcSettings read_grpc(config::Fields&);
std::unique_ptr<Probe> make_grpc(GrpcSettings, Services&);

extern const ProbeType grpc;

}  // namespace answerback::probes
