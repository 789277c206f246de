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

// Why a proxy's URL cannot be used, or nothing: only plain HTTP proxies are spoken to.
std::optional<Failure> unusable_proxy(const Url& proxy);

}  // namespace answerback::net
