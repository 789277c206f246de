#include "net/proxy_tunnel.h"

#include "net/connect.h"
#include "net/http_exchange.h"
#include "net/http_request.h"

namespace answerback::net {
namespace {

constexpr HttpLimits proxy_limits{.header_bytes = 16 * 1024, .body_bytes = 0};

std::optional<Failure> refusal(const HttpResponse& response, const Url& proxy) {
  if (response.status / 100 == 2) return std::nullopt;
  const std::string detail =
      "proxy " + proxy.text() + " answered " + std::to_string(response.status) + " to CONNECT";
  if (response.status == 407) return Failure{Reason::auth, detail};
  if (response.status == 403) return Failure{Reason::forbidden, detail};
  return Failure{Reason::status, detail};
}

asio::awaitable<std::expected<TcpSocket, Failure>> connect_to_proxy(Run& run, const Transport& transport,
                                                                    const Url& proxy) {
  if (proxy.scheme != "http")
    co_return std::unexpected(
        Failure{Reason::protocol, "proxy " + proxy.text() + " is not an http: one; nothing was sent"});
  auto socket = co_await connect(run, transport.dns, proxy.host, proxy.port, FirstWord::ours);
  if (!socket) socket.error().detail.insert(0, "proxy " + proxy.text() + ": ");
  co_return socket;
}

}  // namespace

asio::awaitable<std::expected<TcpSocket, Failure>> connect_next_hop(Run& run, const Transport& transport,
                                                                    const Url& url, const Url* proxy) {
  return proxy ? connect_to_proxy(run, transport, *proxy)
               : connect(run, transport.dns, url.host, url.port, FirstWord::ours);
}

asio::awaitable<std::expected<TcpSocket, Failure>> connect_through(Run& run, const Transport& transport,
                                                                   const Url& url) {
  const Url* proxy = transport.proxies.for_url(url);
  auto socket = co_await connect_next_hop(run, transport, url, proxy);
  if (!socket || !proxy) co_return socket;
  run.enter(Phase::proxy);
  const std::string request = connect_text(url, run.id, *proxy);
  const Exchange connect_exchange{
      .request = request, .bodyless = true, .tunnel = true, .limits = proxy_limits};
  auto response = co_await exchange(run, *socket, connect_exchange);
  if (!response) co_return std::unexpected(std::move(response).error());
  if (auto failure = refusal(*response, *proxy)) co_return std::unexpected(*std::move(failure));
  co_return socket;
}

}  // namespace answerback::net
