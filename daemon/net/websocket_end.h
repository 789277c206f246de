#pragma once
// Why a WebSocket ended, in our words. Pure.

#include <boost/system/error_code.hpp>

#include "net/websocket.h"
#include "net/websocket_frames.h"

namespace answerback::net {

// Close codes that mean sign-in: 1008, 3000, 3003, 4001, 4401, 4403.
bool means_sign_in(std::uint16_t code);
std::string_view close_code_name(std::uint16_t code);  // "policy violation"; empty if it has none

// `error` ended reading from or writing to Beast's stream.
Gone gone_by(const boost::system::error_code& error, const FrameWatch&, const WebSocketLimits&);

// An end of the server's own wish. `payload`: of its close frame. A limit (4429, or in words beside 1008,
// 1013 and codes of its own) is rate_limited.
Gone closed_with(std::string_view payload);

}  // namespace answerback::net
