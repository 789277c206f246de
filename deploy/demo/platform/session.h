#pragma once
// One WebSocket, from its upgrade request to its end. Signing in happens after the 101, as on the platforms
// we imitate.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include "platform/core.h"

namespace demo {

using UpgradeRequest = boost::beast::http::request<boost::beast::http::string_body>;

asio::awaitable<void> serve_socket(CorePtr, asio::ip::tcp::socket, UpgradeRequest);

}  // namespace demo
