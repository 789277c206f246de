#pragma once
// Prober `websocket`: the handshake of RFC 6455, then a message for each step.

#include "blackbox/module.h"
#include "blackbox/websocket_settings.h"

namespace answerback::blackbox {

std::shared_ptr<const Prober> websocket_prober(WebSocketModule);

}  // namespace answerback::blackbox
