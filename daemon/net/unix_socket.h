#pragma once
// A stream to a unix socket of our own host.

#include <string>

#include "net/connect.h"

namespace answerback::net {

inline constexpr std::size_t longest_unix_path = 107;  // sun_path holds one more, its end

// Enters Phase::connect. The socket is dressed as a TCP one, so that TLS and all else is built on it: only
// bytes are read and written there. `path` is absolute and not too long. Failures: connect_refused (no such
// socket, nobody listens, its queue is full), unreachable (not permitted), protocol (a socket that is no
// stream), internal.
std::expected<TcpSocket, Failure> connect_unix(Run&, const asio::any_io_executor&, const std::string& path);

}  // namespace answerback::net
