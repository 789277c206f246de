#pragma once
// Probe type `websocket`: opens, waits for the server's first word, exchanges a heartbeat, says goodbye.

#include <string>

#include "probe/probe.h"
#include "probes/shared/platform/settings.h"
#include "probes/websocket/bounds.h"

namespace answerback::probes {

extern const ProbeType websocket;

struct WebSocketSettings {
  SessionSettings session = {};
  std::string ping = {};  // what is sent; empty: no heartbeat
  JsonExpect pong = {};
  SocketBounds bounds = {};
};

WebSocketSettings read_websocket(config::Fields&);

}  // namespace answerback::probes
