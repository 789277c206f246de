#pragma once
// One HTTP/1.1 exchange as a client, on a connection of its own. Everything a server sends is capped.

#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/proxies.h"
#include "net/resolver.h"
#include "net/tls.h"
#include "net/url.h"
#include "probe/run.h"

namespace answerback::net {

using Headers = std::vector<std::pair<std::string, std::string>>;  // names as written; compared without case

const std::string* find_header(const Headers&, std::string_view name);  // the first, or null

struct HttpLimits {
  std::size_t header_bytes = 64 * 1024;
  std::size_t body_bytes = 1024 * 1024;
};

struct HttpRequest {
  std::string method = "GET";
  Url url;
  Headers headers;  // configured ones; Host, User-Agent, traceparent, Accept-Encoding: identity and
                    // Content-Length are added
  std::string body;
  TlsSettings tls;
  int redirects = 0;  // followed at the most; a configured header never leaves the origin
  HttpLimits limits;
};

struct HttpResponse {
  unsigned status = 0;
  unsigned version = 11;  // 10 or 11: HTTP/1.0, HTTP/1.1
  Headers headers;
  std::string body;
  Url url;  // of the last request, after redirects
};

struct Transport {
  Resolver& dns;
  Tls& tls;
  Proxies& proxies;
};

// Phases: resolve, connect, (proxy), (tls), processing, transfer. Measures http_status and body_bytes, counts
// bytes, keeps no frames. Any status is a response. Failures: those below, and protocol, too_large,
// truncated, reset. Without TLS, a connection whose answer is complete is closed by a reset.
asio::awaitable<std::expected<HttpResponse, Failure>> fetch(Run&, const Transport&, const HttpRequest&);

// The same, the body handed over piece by piece as it comes (SSE, NDJSON): `on_head` may refuse the body by
// returning false, `on_data` ends the exchange well by returning false. The response's body stays empty. No
// redirects.
struct BodySink {
  std::function<bool(const HttpResponse& head)> on_head = {};
  std::function<bool(std::string_view piece)> on_data = {};
};
asio::awaitable<std::expected<HttpResponse, Failure>> fetch_stream(Run&, const Transport&, const HttpRequest&,
                                                                   BodySink);

}  // namespace answerback::net
