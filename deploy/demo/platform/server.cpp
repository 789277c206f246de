#include "platform/server.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include "platform/routes.h"
#include "platform/session.h"

namespace demo {
namespace {

namespace beast = boost::beast;
namespace bhttp = boost::beast::http;
using asio::ip::tcp;

constexpr auto await = asio::as_tuple(asio::use_awaitable);
constexpr auto patience = std::chrono::seconds(60);
constexpr std::size_t largest_body = 1024 * 1024;

Request taken(UpgradeRequest&& from) {
  const std::string target(from.target());
  const std::size_t mark = std::min(target.find('?'), target.size());
  return {.method = std::string(from.method_string()),
          .path = target.substr(0, mark),
          .query = target.substr(std::min(mark + 1, target.size())),
          .authorization = std::string(from[bhttp::field::authorization]),
          .body = std::move(from.body())};
}

template <class Response>
void head(Response& response, const Reply& reply, bool keep_alive) {
  response.version(11);
  response.result(reply.status);
  response.set(bhttp::field::server, "demo-platform");
  if (reply.status != 204) response.set(bhttp::field::content_type, reply.type);
  for (const auto& [name, value] : reply.headers) response.set(name, value);
  response.keep_alive(keep_alive);
}

// Both give false when the connection is of no more use.
asio::awaitable<bool> write_events(beast::tcp_stream& stream, Reply reply, bool keep_alive) {
  bhttp::response<bhttp::empty_body> response;
  head(response, reply, keep_alive);
  response.set(bhttp::field::cache_control, "no-cache");
  response.chunked(true);
  bhttp::response_serializer<bhttp::empty_body> serializer(response);
  const auto [refused, header] = co_await bhttp::async_write_header(stream, serializer, await);
  if (refused) co_return false;
  for (const std::string& event : reply.events) {
    const std::string text = "data: " + event + "\n\n";
    const auto [lost, sent] =
        co_await asio::async_write(stream, bhttp::make_chunk(asio::buffer(text)), await);
    if (lost || (reply.gap.count() > 0 && !co_await pause(reply.gap))) co_return false;
    stream.expires_after(patience);
  }
  const auto [lost, sent] = co_await asio::async_write(stream, bhttp::make_chunk_last(), await);
  co_return !lost && keep_alive;
}

asio::awaitable<bool> write_body(beast::tcp_stream& stream, Reply reply, bool keep_alive, bool head_only) {
  bhttp::response<bhttp::string_body> response;
  head(response, reply, keep_alive && !reply.cut);
  const std::size_t size = reply.body.size();
  if (reply.cut) reply.body.resize(size / 2);
  if (!head_only) response.body() = std::move(reply.body);
  if (reply.status != 204) response.content_length(size);
  const auto [lost, sent] = co_await bhttp::async_write(stream, response, await);
  co_return !lost && keep_alive && !reply.cut;
}

bool is_socket_path(std::string_view target) { return target.substr(0, target.find('?')) == "/ws"; }

}  // namespace

asio::awaitable<void> serve_http(CorePtr core, tcp::socket socket) {
  ++core->counters.connections;
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  beast::tcp_stream stream(std::move(socket));
  beast::flat_buffer buffer;
  for (;;) {
    bhttp::request_parser<bhttp::string_body> parser;
    parser.body_limit(largest_body);
    stream.expires_after(patience);
    const auto [error, size] = co_await bhttp::async_read(stream, buffer, parser, await);
    if (error) co_return;
    auto request = parser.release();

    const bool keep_alive = request.keep_alive(), head_only = request.method() == bhttp::verb::head;
    Reply reply;
    if (beast::websocket::is_upgrade(request)) {
      const std::string_view target(request.target().data(), request.target().size());
      const bool accepted = is_socket_path(target);
      ++core->counters.requests[accepted ? "/ws" : "other"];
      if (core->faults.on(Fault::edge_strips_auth)) request.erase(bhttp::field::authorization);
      if (accepted && core->faults.on(Fault::edge_503))
        reply = {.status = 503, .body = "no healthy upstream", .type = "text/plain"};
      else if (accepted && core->faults.on(Fault::edge_no_upgrade))
        reply = {.status = 404, .body = R"({"detail":"Not Found"})"};
      else if (accepted)
        co_return core->tasks.spawn(serve_socket(core, stream.release_socket(), std::move(request)));
      else
        reply = {.status = 403, .body = R"({"detail":"Forbidden"})"};
    } else {
      reply = co_await answer(core, taken(std::move(request)));
    }
    if (reply.delay.count() > 0 && !co_await pause(reply.delay)) co_return;
    stream.expires_after(patience);
    const bool go_on = reply.events.empty()
                           ? co_await write_body(stream, std::move(reply), keep_alive, head_only)
                           : co_await write_events(stream, std::move(reply), keep_alive);
    if (!go_on) break;
  }
  stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
}

}  // namespace demo
