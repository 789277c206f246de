#pragma once
// The `websocket` section of a module, as blackbox_exporter has it since #1278 was merged, after its 0.28
// (config/config.go, WebsocketProbe; prober/websocket.go of the main branch in August 2026).

#include <vector>

#include "blackbox/query_response.h"
#include "net/websocket.h"

namespace answerback::blackbox {

struct WebSocketModule {
  IpChoice ip;
  net::WebSocketRequest request;              // but for the url
  std::string userinfo;                       // of basic_auth
  std::vector<QueryResponse> query_response;  // one message each
};

// Adds what it reads from other files and must not be seen to `secrets`.
WebSocketModule read_websocket(config::Fields&, std::vector<Secret>& secrets);

}  // namespace answerback::blackbox
