#pragma once
// The HTTP front: one connection, kept alive over requests, until it ends or becomes a WebSocket.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "platform/core.h"

namespace demo {

asio::awaitable<void> serve_http(CorePtr, asio::ip::tcp::socket);

}  // namespace demo
