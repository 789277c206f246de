#include "net/http.h"

#include <algorithm>
#include <cctype>

#include "net/connect.h"
#include "net/http_exchange.h"
#include "net/http_redirect.h"
#include "net/http_request.h"
#include "net/proxy_tunnel.h"

namespace answerback::net {
namespace {

using Answer = std::expected<HttpResponse, Failure>;

bool same_name(std::string_view a, std::string_view b) {
  constexpr auto lower = [](unsigned char c) { return std::tolower(c); };
  return std::ranges::equal(a, b, {}, lower, lower);
}

asio::awaitable<Answer> over_tls(Run& run, const Transport& transport, const HttpRequest& request,
                                 Exchange x) {
  auto socket = co_await connect_through(run, transport, request.url);
  if (!socket) co_return std::unexpected(std::move(socket).error());
  auto stream = co_await transport.tls.handshake(run, *std::move(socket), request.tls, request.url.host);
  if (!stream) co_return std::unexpected(std::move(stream).error());
  co_return co_await exchange(run, **stream, x);
}

asio::awaitable<Answer> plain(Run& run, const Transport& transport, const HttpRequest& request,
                              const Url* proxy, Exchange x) {
  const Url& next_hop = proxy ? *proxy : request.url;
  auto socket = co_await connect(run, transport.dns, next_hop.host, next_hop.port);
  if (!socket) co_return std::unexpected(std::move(socket).error());
  auto answer = co_await exchange(run, *socket, x);
  if (answer && proxy && answer->status == 407)
    co_return std::unexpected(Failure{Reason::auth, "proxy " + proxy->text() + " answered 407"});
  co_return answer;
}

// One request without redirects, on a connection of its own.
asio::awaitable<Answer> once(Run& run, const Transport& transport, const HttpRequest& request,
                             BodySink* sink) {
  if (auto failure = unsendable(request)) co_return std::unexpected(*std::move(failure));
  const Url* proxy = request.url.tls() ? nullptr : transport.proxies.for_url(request.url);
  if (proxy)
    if (auto failure = unusable_proxy(*proxy)) co_return std::unexpected(*std::move(failure));

  const std::string text = request_text(request, run.id, proxy);
  const Exchange x{
      .request = text, .bodyless = request.method == "HEAD", .limits = request.limits, .sink = sink};
  Answer answer = request.url.tls() ? co_await over_tls(run, transport, request, x)
                                    : co_await plain(run, transport, request, proxy, x);
  if (answer) answer->url = request.url;
  co_return answer;
}

void measure(Run& run, const HttpResponse& response, std::size_t body_bytes) {
  run.evidence.measure(Measure::http_status, response.status);
  run.evidence.measure(Measure::body_bytes, static_cast<double>(body_bytes));
  if (const std::string* coding = find_header(response.headers, "Content-Encoding");
      coding && *coding != "identity")
    run.phases.note("the body is compressed, though identity was asked for; it is judged as it came");
}

}  // namespace

const std::string* find_header(const Headers& headers, std::string_view name) {
  const auto found =
      std::ranges::find_if(headers, [name](const auto& h) { return same_name(h.first, name); });
  return found == headers.end() ? nullptr : &found->second;
}

asio::awaitable<Answer> fetch(Run& run, const Transport& transport, const HttpRequest& request) {
  Answer answer = co_await once(run, transport, request, nullptr);
  HttpRequest next;
  const HttpRequest* last = &request;
  for (int left = request.redirects; answer && request.redirects > 0; --left) {
    auto redirect = redirected(*last, *answer);
    if (!redirect) co_return std::unexpected(std::move(redirect).error());
    if (!*redirect) break;
    if (left == 0)
      co_return std::unexpected(Failure{Reason::status, "redirected more than " +
                                                            std::to_string(request.redirects) +
                                                            " times, last to " + (*redirect)->url.text()});
    next = **std::move(redirect);
    last = &next;
    answer = co_await once(run, transport, next, nullptr);
  }
  if (answer) measure(run, *answer, answer->body.size());
  co_return answer;
}

asio::awaitable<Answer> fetch_stream(Run& run, const Transport& transport, const HttpRequest& request,
                                     BodySink sink) {
  std::size_t body_bytes = 0;
  BodySink counted{std::move(sink.on_head),
                   [&body_bytes, on_data = std::move(sink.on_data)](std::string_view piece) {
                     body_bytes += piece.size();
                     return !on_data || on_data(piece);
                   }};
  Answer answer = co_await once(run, transport, request, &counted);
  if (answer) measure(run, *answer, body_bytes);
  co_return answer;
}

}  // namespace answerback::net
