#pragma once
// From HTTP to WebSocket over a connection that is already there.

#include <expected>
#include <string>

#include "net/any_stream.h"
#include "net/websocket_handshake.h"

namespace answerback::net {

struct Upgraded {
  Upgrade upgrade;
  std::string unread;  // what the server sent behind its response
};

// Enters Phase::upgrade; counts bytes. Failures: as judge_upgrade(); reset, truncated, too_large, protocol,
// tls_protocol. The body of a refusal is waited for a moment only.
asio::awaitable<std::expected<Upgraded, Refusal>> upgrade(Run&, AnyStream&, const WebSocketRequest&);

}  // namespace answerback::net
