#include "probes/grpc/grpc.h"

#include "model/text.h"
#include "probes/grpc/wire.h"

namespace answerback::probes {
namespace {

using Opened = std::expected<std::unique_ptr<net::AnyStream>, Failure>;

class GrpcProbe final : public Probe {
 public:
  GrpcProbe(GrpcSettings settings, Services& services)
      : settings_(std::move(settings)), services_(services) {}

  asio::awaitable<ProbeResult> run(Run& run) override {
    const Steady began = run.clock.now();
    auto stream = co_await open(run);
    if (!stream) co_return ProbeResult::fail(std::move(stream).error());
    const auto response = co_await call_grpc_health(run, **stream, settings_.call);
    if (!response) co_return told(run, response.error());
    co_return verdict(run, *response, began);
  }

 private:
  asio::awaitable<Opened> open(Run& run) {
    auto socket = co_await net::connect(run, services_.dns, settings_.address.host, settings_.address.port);
    if (!socket) co_return std::unexpected(std::move(socket).error());
    if (!settings_.call.tls) co_return net::any_stream(*std::move(socket));
    auto secured = co_await services_.tls.handshake(run, *std::move(socket), settings_.tls_settings,
                                                    settings_.address.host);
    if (!secured) co_return std::unexpected(std::move(secured).error());
    if (net::agreement_of(**secured).alpn != "h2")
      co_return std::unexpected(Failure{Reason::protocol, "the server does not choose HTTP/2 (ALPN h2)"});
    co_return net::any_stream(*std::move(secured));
  }

  std::string subject() const {
    return settings_.call.service.empty() ? "the server" : settings_.call.service;
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
    if (const auto end = certificate_end(run.evidence))
      certificate = judge(settings_.certificate, *end, run.clock.wall());
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
    for (const auto& [name, value] : settings_.call.metadata)
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

constexpr Reason grpc_own_reasons[] = {Reason::auth,       Reason::forbidden, Reason::not_ready,
                                       Reason::assertion,  Reason::status,    Reason::rate_limited,
                                       Reason::overloaded, Reason::slow};

}  // namespace

GrpcSettings read_grpc(config::Fields& fields) {
  GrpcSettings settings;
  settings.address = fields.required_parsed<net::HostPort>("address", "host:port", net::parse_host_port);
  settings.call.service =
      fields.text("service", "", "name of the service asked for; left out: the server as a whole");
  settings.call.authority = fields.text("authority", "", ":authority of the request; left out: the address");
  settings.call.metadata =
      fields.secret_map("metadata", "sent with the request, keys in lower case (authorization: Bearer …)");
  for (const auto& [name, value] : settings.call.metadata)
    if (!is_grpc_metadata_key(name))
      fields.error("metadata." + name, "is no key of gRPC metadata (a-z 0-9 _ - .), or one of gRPC's own");
  settings.call.tls =
      fields.flag("tls", false, "speak TLS from the first byte, HTTP/2 chosen by ALPN; else plain HTTP/2");
  config::Fields tls_config = fields.child("tls_config", "TLS, as in blackbox_exporter");
  settings.tls_settings = read_tls(tls_config);
  config::Fields certificate = fields.child("certificate", "bounds on the certificate's age");
  settings.certificate = read_certificate(certificate);
  config::Fields slow = fields.child("slow", "bounds on the time taken");
  settings.slow = read_slow(slow);
  if (!settings.call.tls && (fields.has("tls_config") || fields.has("certificate")))
    fields.error(fields.has("tls_config") ? "tls_config" : "certificate", "has no effect without tls: true");
  return settings;
}

std::unique_ptr<Probe> make_grpc(GrpcSettings settings, Services& services) {
  settings.tls_settings.alpn = {"h2"};
  if (settings.call.authority.empty()) {
    const bool v6 = settings.address.host.contains(':');
    settings.call.authority = (v6 ? "[" + settings.address.host + "]" : settings.address.host) + ":" +
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
