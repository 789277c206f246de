#pragma once
// One request and its response over a connection that is already there.

#include <expected>
#include <string_view>

#include "net/http.h"

namespace answerback::net {

struct Exchange {
  std::string_view request;  // whole, as sent; outlives the exchange
  bool bodyless = false;     // the response has no body whatever its header says: HEAD, CONNECT
  bool tunnel = false;       // CONNECT: no phases of its own, and not a byte may follow the response's header
  HttpLimits limits;
  BodySink* sink = nullptr;  // null: the body is kept in the response
};

// Enters Phase::processing when the request is out and Phase::transfer with the first byte; counts bytes.
// Failures: reset, truncated, too_large, protocol, tls_protocol.
asio::awaitable<std::expected<HttpResponse, Failure>> exchange(Run&, TcpSocket&, Exchange);
asio::awaitable<std::expected<HttpResponse, Failure>> exchange(Run&, TlsStream&, Exchange);

}  // namespace answerback::net
