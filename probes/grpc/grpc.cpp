#include "probes/grpc/grpc.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "model/text.h"
#include "net/any_stream.h"
#include "net/http2_exchange.h"
#include "probes/grpc/wire.h"

namespace answerback::probes {
namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
using Opened = std::expected<std::unique_ptr<net::AnyStream>, Failure>;
using Done = std::expected<void, Failure>;

class GrpcProbe final : public Probe {
 public:
  GrpcProbe(GrpcSettings settings, Services& services)
      : settings_(std::move(settings)), services_(services) {}

  asio::awaitable<ProbeResult> run(Run& run) override {
    const Steady began = run.clock.now();
    auto stream = co_await open(run);
    if (!stream) co_return ProbeResult::fail(std::move(stream).error());
    net::Http2Exchange exchange(request(run));
    run.enter(Phase::processing);
    run.phases.note("Health/Check of " + subject());
    if (auto done = co_await converse(run, **stream, exchange); !done)
      co_return told(run, std::move(done).error());
    co_return verdict(run, exchange.response(), began);
  }

 private:
  asio::awaitable<Opened> open(Run& run) {
    auto socket = co_await net::connect(run, services_.dns, settings_.address.host, settings_.address.port);
    if (!socket) co_return std::unexpected(std::move(socket).error());
    if (!settings_.tls) co_return net::any_stream(*std::move(socket));
    auto secured = co_await services_.tls.handshake(run, *std::move(socket), settings_.tls_settings,
                                                    settings_.address.host);
    if (!secured) co_return std::unexpected(std::move(secured).error());
    if (net::agreement_of(**secured).alpn != "h2")
      co_return std::unexpected(Failure{Reason::protocol, "the server does not choose HTTP/2 (ALPN h2)"});
    co_return net::any_stream(*std::move(secured));
  }

  std::string subject() const { return settings_.service.empty() ? "the server" : settings_.service; }

  net::Http2Request request(const Run& run) const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(run.deadline - run.clock.now());
    net::Http2Request request{
        .scheme = settings_.tls ? "https" : "http",
        .authority = settings_.authority,
        .path = "/grpc.health.v1.Health/Check",
        .headers = {{"te", "trailers"},
                    {"content-type", "application/grpc"},
                    {"user-agent", "answerback"},
                    {"traceparent", traceparent(run.id)},
                    {"grpc-timeout",
                     std::to_string(std::clamp<std::int64_t>(left.count(), 1, 99'999'999)) + "m"}},
        .body = grpc_health_request(settings_.service)};
    for (const auto& [name, value] : settings_.metadata) {
      request.headers.emplace_back(name, value.reveal());
      request.secret.push_back(name);
    }
    return request;
  }

  asio::awaitable<Done> converse(Run& run, net::AnyStream& stream, net::Http2Exchange& exchange) const {
    char piece[4096];
    while (!exchange.complete()) {
      const std::string bytes = exchange.to_send();
      for (std::size_t sent = 0; sent < bytes.size();) {
        const auto [error, count] = co_await stream.async_write_some(
            asio::buffer(bytes.data() + sent, bytes.size() - sent), as_result);
        run.evidence.sent(count);
        if (error) co_return std::unexpected(failed(error, "asking"));
        sent += count;
      }
      const auto [error, count] = co_await stream.async_read_some(asio::buffer(piece), as_result);
      run.evidence.received(count);
      if (auto taken = exchange.take({piece, count}); !taken) co_return taken;
      if (error && !exchange.complete()) co_return std::unexpected(failed(error, "waiting for the answer"));
    }
    co_return Done();
  }

  Failure failed(const boost::system::error_code& error, std::string_view doing) const {
    return settings_.tls ? net::tls_failure(error, doing) : net::socket_failure(error, doing);
  }

  ProbeResult verdict(Run& run, const net::Http2Response& response, Steady began) const {
    run.evidence.measure(Measure::http_status, response.status);
    auto serving = grpc_health(response);
    if (!serving) return told(run, std::move(serving).error());
    const std::string said = subject() + " is " + std::string(name(*serving));
    run.frame("received", said);
    if (*serving == GrpcServing::service_unknown) return ProbeResult::fail(Reason::assertion, said);
    if (*serving != GrpcServing::serving) return ProbeResult::fail(Reason::not_ready, said);
    std::optional<ProbeResult> certificate;
    if (const auto expiry = certificate_expiry(run.evidence))
      certificate = judge(settings_.certificate, *expiry, run.clock.wall());
    return worst(said, judge(settings_.slow, run.clock.now() - began), std::move(certificate));
  }

  // Masked before it is cut: half a secret would not be recognised any more.
  ProbeResult told(Run& run, Failure failure) const {
    failure.detail = clip(masked(std::move(failure.detail)), 300);
    run.frame("received", failure.detail);
    return ProbeResult::fail(std::move(failure));
  }

  // A server may repeat what it was given.
  std::string masked(std::string text) const {
    constexpr std::string_view mask = "<secret>";
    for (const auto& [name, value] : settings_.metadata)
      for (std::size_t at = 0; !value.empty() && (at = text.find(value.reveal(), at)) != text.npos;
           at += mask.size())
        text.replace(at, value.reveal().size(), mask);
    return text;
  }

  GrpcSettings settings_;
  Services& services_;
};

std::unique_ptr<Probe> make_grpc_from(config::Fields& fields, Services& services) {
  return make_grpc(read_grpc(fields), services);
}

// As gRPC has it; nothing that HTTP/2 or gRPC keeps for itself.
bool is_metadata_key(std::string_view key) {
  return !key.empty() && !key.starts_with("grpc-") && key != "te" && key != "content-type" &&
         std::ranges::all_of(key, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
         });
}

constexpr Reason grpc_own_reasons[] = {Reason::auth,       Reason::forbidden, Reason::not_ready,
                                       Reason::assertion,  Reason::status,    Reason::rate_limited,
                                       Reason::overloaded, Reason::slow};

}  // namespace

GrpcSettings read_grpc(config::Fields& fields) {
  GrpcSettings settings;
  settings.address = fields.required_parsed<net::HostPort>("address", "host:port", net::parse_host_port);
  settings.service =
      fields.text("service", "", "name of the service asked for; left out: the server as a whole");
  settings.authority = fields.text("authority", "", ":authority of the request; left out: the address");
  settings.metadata =
      fields.secret_map("metadata", "sent with the request, keys in lower case (authorization: Bearer …)");
  for (const auto& [name, value] : settings.metadata)
    if (!is_metadata_key(name))
      fields.error("metadata." + name, "is no key of gRPC metadata (a-z 0-9 _ - .), or one of gRPC's own");
  settings.tls =
      fields.flag("tls", false, "speak TLS from the first byte, HTTP/2 chosen by ALPN; else plain HTTP/2");
  config::Fields tls_config = fields.child("tls_config", "TLS, as in blackbox_exporter");
  settings.tls_settings = read_tls(tls_config);
  config::Fields certificate = fields.child("certificate", "bounds on the certificate's age");
  settings.certificate = read_certificate(certificate);
  config::Fields slow = fields.child("slow", "bounds on the time taken");
  settings.slow = read_slow(slow);
  if (!settings.tls && (fields.has("tls_config") || fields.has("certificate")))
    fields.error(fields.has("tls_config") ? "tls_config" : "certificate", "has no effect without tls: true");
  return settings;
}

std::unique_ptr<Probe> make_grpc(GrpcSettings settings, Services& services) {
  settings.tls_settings.alpn = {"h2"};
  if (settings.authority.empty()) {
    const bool v6 = settings.address.host.contains(':');
    settings.authority = (v6 ? "[" + settings.address.host + "]" : settings.address.host) + ":" +
                         std::to_string(settings.address.port);
  }
  return std::make_unique<GrpcProbe>(std::move(settings), services);
}

constinit const ProbeType grpc{
    .name = "grpc",
    .summary = "a gRPC server's health service (grpc.health.v1) says SERVING",
    .make = make_grpc_from,
    .reasons = grpc_own_reasons,
};

}  // namespace answerback::probes
