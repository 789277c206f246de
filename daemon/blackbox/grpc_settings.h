#pragma once
// The `grpc` section of a module.

#include "blackbox/common.h"
#include "probes/grpc/call.h"

namespace answerback::blackbox {

struct GrpcModule {
  IpChoice ip;
  probes::GrpcCall call;  // but for the authority
  net::TlsSettings tls_config;
};

GrpcModule read_grpc(config::Fields&);

}  // namespace answerback::blackbox
