#pragma once
// Prober `tcp`.

#include "blackbox/module.h"
#include "blackbox/tcp_settings.h"

namespace answerback::blackbox {

std::shared_ptr<const Prober> tcp_prober(TcpModule);

}  // namespace answerback::blackbox
