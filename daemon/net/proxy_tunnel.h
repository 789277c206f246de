#pragma once
// A connection to where a URL leads, through the proxy that is set for it.

#include <expected>

#include "net/http.h"

namespace answerback::net {

// A socket on which the URL's own server answers: connect(), then CONNECT where there is a proxy
// (Phase::proxy). For https and wss, and for anything else that must not be rewritten on the way. Failures:
// as connect(); auth (the proxy wants us to sign in), forbidden, status, protocol. The URL must outlive the
// call.
asio::awaitable<std::expected<TcpSocket, Failure>> connect_through(Run&, const Transport&, const Url&);

// A socket to the proxy, or where there is none (null) to the URL's own server. Failures: as connect(), a
// proxy's named as such; protocol for one that is not a plain HTTP proxy. Both URLs must outlive the call.
asio::awaitable<std::expected<TcpSocket, Failure>> connect_next_hop(Run&, const Transport&, const Url&,
                                                                    const Url* proxy);

}  // namespace answerback::net
