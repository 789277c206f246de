#pragma once
// Whether a WebSocket takes a token. Platforms decide that after the 101: by a frame, or by closing.

#include "net/websocket.h"
#include "probe/probe.h"
#include "probes/auth/access.h"

namespace answerback::probes {

// Opens it with the token as Authorization: Bearer, hears its first word, closes. One that stays open and
// says nothing for three seconds has taken it. Frames are kept in the run, its phase stays.
asio::awaitable<Access> knock_at_socket(Run&, Services&, const net::WebSocketRequest&, Secret token);

}  // namespace answerback::probes
