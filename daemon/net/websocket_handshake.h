#pragma once
// The opening handshake of RFC 6455 4.1 as values: what we ask, and what the answer is worth. Pure.

#include <expected>
#include <optional>
#include <string>

#include "net/http.h"
#include "net/websocket.h"

namespace answerback::net {

// permessage-deflate (RFC 7692) as a server agreed to it.
struct Deflate {
  int server_window_bits = 15;
  bool server_no_context_takeover = false, client_no_context_takeover = false;
};

struct Upgrade {
  Headers headers;
  std::string subprotocol;
  std::optional<Deflate> deflate;
};

std::string websocket_key(const RunId&);
std::string websocket_accept(std::string_view key);  // what a server makes of it

HttpRequest upgrade_request(const WebSocketRequest&, const std::string& key);

// The answer, whole or as far as it was waited for; `body` is its beginning.
std::expected<Upgrade, Refusal> judge_upgrade(const WebSocketRequest&, const std::string& key, HttpResponse,
                                              std::string body);

}  // namespace answerback::net
