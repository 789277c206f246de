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

Exchange as_exchange(std::string_view text, const HttpRequest& request, BodySink* sink) {
  return {.request = text, .bodyless = request.method == "HEAD", .limits = request.limits, .sink = sink};
}

asio::awaitable<Answer> over_tls(Run& run, const Transport& transport, const HttpRequest& request,
                                 BodySink* sink) {
  auto socket = co_await connect_through(run, transport, request.url);
  if (!socket) co_return std::unexpected(std::move(socket).error());
  auto stream = co_await transport.tls.handshake(run, *std::move(socket), request.tls, request.url.host);
  if (!stream) co_return std::unexpected(std::move(stream).error());
  const std::string text = request_text(request, run.id, nullptr);
  co_return co_await exchange(run, **stream, as_exchange(text, request, sink));
}

// Closes by a reset, as HAProxy's checks do: both sides have said all they had to say, and without the
// farewell neither keeps the connection in TIME_WAIT, which at thousands of checks a second eats local ports
// and time.
void close_at_once(TcpSocket& socket) {
  boost::system::error_code ignored;
  socket.set_option(asio::socket_base::linger(true, 0), ignored);
  socket.close(ignored);
}

asio::awaitable<Answer> plain(Run& run, const Transport& transport, const HttpRequest& request,
                              BodySink* sink) {
  const Url* proxy = transport.proxies.for_url(request.url);
  auto socket = co_await connect_next_hop(run, transport, request.url, proxy);
  if (!socket) co_return std::unexpected(std::move(socket).error());
  const std::string text = request_text(request, run.id, proxy);
  Answer answer = co_await exchange(run, *socket, as_exchange(text, request, sink));
  // Only where the server, too, was asked to close, and no sink has cut the answer short.
  if (answer && !sink && !find_header(request.headers, "Connection")) close_at_once(*socket);
  if (answer && proxy && answer->status == 407)
    co_return std::unexpected(Failure{Reason::auth, "proxy " + proxy->text() + " answered 407"});
  co_return answer;
}

asio::awaitable<Answer> failed(Failure failure) { co_return std::unexpected(std::move(failure)); }

// One request without redirects, on a connection of its own. No coroutine itself (see connect_to()).
asio::awaitable<Answer> once(Run& run, const Transport& transport, const HttpRequest& request,
                             BodySink* sink) {
  if (auto failure = unsendable(request)) return failed(*std::move(failure));
  return request.url.tls() ? over_tls(run, transport, request, sink) : plain(run, transport, request, sink);
}

// The same with redirects. A coroutine of its own, so that those without do not carry a request they never
// make.
asio::awaitable<Answer> follow(Run& run, const Transport& transport, const HttpRequest& request) {
  Answer answer = co_await once(run, transport, request, nullptr);
  HttpRequest next;
  const HttpRequest* last = &request;
  for (int left = request.redirects; answer; --left) {
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
  if (answer) answer->url = last->url;
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
  const bool alone = request.redirects == 0;
  Answer answer = co_await (alone ? once(run, transport, request, nullptr) : follow(run, transport, request));
  if (answer && alone) answer->url = request.url;
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
  if (answer) answer->url = request.url;
  if (answer) measure(run, *answer, body_bytes);
  co_return answer;
}

}  // namespace answerback::net
