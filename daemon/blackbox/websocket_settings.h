#pragma once
// The `websocket` section of a module. Released blackbox_exporter has no such prober yet; this is the section
// its main branch has since #1278 was merged (config/config.go, WebsocketProbe; prober/websocket.go).

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
