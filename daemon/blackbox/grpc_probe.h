#pragma once
// Prober `grpc`.

#include "blackbox/grpc_settings.h"
#include "blackbox/module.h"

namespace answerback::blackbox {

std::shared_ptr<const Prober> grpc_prober(GrpcModule);

}  // namespace answerback::blackbox
