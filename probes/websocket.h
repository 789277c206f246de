#pragma once
// Probe type `websocket`: opens, waits for the server's first word, exchanges a heartbeat, says goodbye.

#include <string>

#include "probe/probe.h"
#include "probes/expect_bounds.h"
#include "probes/platform_settings.h"

namespace answerback::probes {

extern const ProbeType websocket;

struct WebSocketSettings {
  SessionSettings session = {};
  std::string ping = {};  // what is sent; empty: no heartbeat
  JsonExpect pong = {};
  Slow slow = {};
  CertificateBounds certificate = {};
};

WebSocketSettings read_websocket(config::Fields&);

}  // namespace answerback::probes
