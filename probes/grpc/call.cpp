#include "probes/grpc/call.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "probes/grpc/wire.h"

namespace answerback::probes {
namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

net::Http2Request grpc_request(const Run& run, const GrpcCall& call) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(run.deadline - run.clock.now());
  net::Http2Request request{
      .scheme = call.tls ? "https" : "http",
      .authority = call.authority,
      .path = "/grpc.health.v1.Health/Check",
      .headers = {{"te", "trailers"},
                  {"content-type", "application/grpc"},
                  {"user-agent", "answerback"},
                  {"traceparent", traceparent(run.id)},
                  {"grpc-timeout",
                   std::to_string(std::clamp<std::int64_t>(left.count(), 1, 99'999'999)) + "m"}},
      .body = grpc_health_request(call.service)};
  for (const auto& [name, value] : call.metadata) {
    request.headers.emplace_back(name, value.reveal());
    request.secret.push_back(name);
  }
  return request;
}

}  // namespace

asio::awaitable<std::expected<net::Http2Response, Failure>> call_grpc_health(Run& run, net::AnyStream& stream,
                                                                             const GrpcCall& call) {
  net::Http2Exchange exchange(grpc_request(run, call));
  run.enter(Phase::processing);
  run.phases.note("Health/Check of " + (call.service.empty() ? "the server" : call.service));
  char piece[4096];
  while (!exchange.complete()) {
    const std::string bytes = exchange.to_send();
    for (std::size_t sent = 0; sent < bytes.size();) {
      const auto [error, count] =
          co_await stream.async_write_some(asio::buffer(bytes.data() + sent, bytes.size() - sent), as_result);
      run.evidence.sent(count);
      if (error) co_return std::unexpected(net::tls_failure(error, "asking"));
      sent += count;
    }
    const auto [error, count] = co_await stream.async_read_some(asio::buffer(piece), as_result);
    run.evidence.received(count);
    if (auto taken = exchange.take({piece, count}); !taken)
      co_return std::unexpected(std::move(taken).error());
    if (error && !exchange.complete())
      co_return std::unexpected(net::tls_failure(error, "waiting for the answer"));
  }
  co_return exchange.response();
}

bool is_grpc_metadata_key(std::string_view key) {
  return !key.empty() && !key.starts_with("grpc-") && key != "te" && key != "content-type" &&
         std::ranges::all_of(key, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
         });
}

}  // namespace answerback::probes
