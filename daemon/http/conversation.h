#pragma once
// What is said on one line: the handshake, then requests and their answers until one of both has enough.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "http/line.h"
#include "http/server.h"
#include "net/turn_gate.h"

namespace answerback::http {

// What all conversations share: the server's own, which outlives them.
struct Common {
  const Server::Handler& handler;
  const Limits& limits;
  const Guard& guard;
  boost::asio::io_context& io;
  net::TurnGate& turns;  // for what takes long: one of it, then everybody else
};

// Ends with the client.
boost::asio::awaitable<void> converse(const Common&, Line);

}  // namespace answerback::http
