#include "blackbox/grpc_probe.h"

#include "blackbox/dial.h"
#include "net/url.h"
#include "probes/grpc/wire.h"

namespace answerback::blackbox {
namespace {

using probes::GrpcServing;
using Opened = std::expected<std::unique_ptr<net::AnyStream>, Failure>;

constexpr std::uint16_t plain_port = 80, tls_port = 443;
constexpr unsigned deadline_exceeded = 4, unavailable = 14;  // of gRPC's codes

class GrpcModuleProbe final : public ModuleProbe {
 public:
  GrpcModuleProbe(std::shared_ptr<const GrpcModule> module, net::HostPort server,
                  std::shared_ptr<const Targets> allowed, Services& services)
      : module_(std::move(module)),
        server_(std::move(server)),
        call_(module_->call),
        dial_{.ip = module_->ip, .allowed = std::move(allowed)},
        services_(services) {
    call_.authority = authority();
  }

  asio::awaitable<ProbeResult> run(Run& run) override {
    auto stream = co_await open(run);
    if (!stream) co_return failed(std::move(stream).error());
    const auto response = co_await probes::call_grpc_health(run, **stream, call_);
    run.phases.end(run.clock.now());
    if (!response) co_return failed(response.error());
    code_ = probes::grpc_status_code(*response);
    const auto serving = probes::grpc_health(*response);
    answered_ = code_ == 0 && serving;
    if (!serving) co_return ProbeResult::fail(serving.error());
    serving_ = *serving;
    const std::string said = std::string(name(*serving));
    run.frame("received", said);
    if (*serving == GrpcServing::serving) co_return ProbeResult::pass(said);
    co_return ProbeResult::fail(
        *serving == GrpcServing::service_unknown ? Reason::assertion : Reason::not_ready, said);
  }

  void show(const RunRecord& record, Page& page) const override {
    show_dialled(dialled_, record, page);
    const bool asked = dialled_.address.has_value();
    const auto phase = [&](const char* name, double seconds) {
      page.gauge("probe_grpc_duration_seconds", "Duration of gRPC request by phase", seconds,
                 {{"phase", name}});
    };
    if (asked)
      phase("check", seconds_in(record, Phase::connect) + seconds_in(record, Phase::tls) +
                         seconds_in(record, Phase::processing));
    phase("resolve", asked ? seconds_in(record, Phase::resolve) : 0);
    page.gauge("probe_grpc_ssl", "Indicates if SSL was used for the connection", answered_ && facts_ ? 1 : 0);
    page.gauge("probe_grpc_status_code", "Response gRPC status code", asked ? code_ : 0);
    if (asked) show_serving(page);
    show_certificate(page);
  }

 private:
  asio::awaitable<Opened> open(Run& run) {
    auto socket = co_await dial(run, services_.dns, dial_, server_.host, server_.port, dialled_);
    if (!socket) co_return std::unexpected(std::move(socket).error());
    if (!call_.tls) co_return net::any_stream(*std::move(socket));
    auto secured =
        co_await services_.tls.handshake(run, *std::move(socket), module_->tls_config, server_.host);
    if (!secured) co_return std::unexpected(std::move(secured).error());
    facts_ = net::tls_facts(**secured, module_->tls_config);
    co_return net::any_stream(*std::move(secured));
  }

  // As gRPC has it: the name the certificate is for, else host and port.
  std::string authority() const {
    if (call_.tls)
      return module_->tls_config.server_name.empty() ? server_.host : module_->tls_config.server_name;
    net::Url url;
    url.host = server_.host;
    url.port = server_.port;
    return url.authority();
  }

  ProbeResult failed(Failure failure) {
    code_ = unavailable;
    return ProbeResult::fail(std::move(failure));
  }

  void show_serving(Page& page) const {
    for (const auto each :
         {GrpcServing::not_serving, GrpcServing::service_unknown, GrpcServing::serving, GrpcServing::unknown})
      page.gauge("probe_grpc_healthcheck_response", "Response HealthCheck response", serving_ == each ? 1 : 0,
                 {{"serving_status", std::string(name(each))}});
  }

  // There the first is always shown, and more only of a call that was answered.
  void show_certificate(Page& page) const {
    const bool known = answered_ && facts_;
    page.gauge("probe_ssl_earliest_cert_expiry", "Returns earliest SSL cert expiry in unixtime",
               known ? static_cast<double>(facts_->earliest_expiry.value_or(0)) : 0);
    if (known) show_leaf(*facts_, page);
  }

  std::shared_ptr<const GrpcModule> module_;
  net::HostPort server_;
  probes::GrpcCall call_;
  Dial dial_;
  Services& services_;
  Dialled dialled_;
  std::optional<net::TlsFacts> facts_;
  std::optional<GrpcServing> serving_;
  unsigned code_ = deadline_exceeded;  // until there is another: a run that is cut short
  bool answered_ = false;
};

class GrpcProber final : public Prober {
 public:
  explicit GrpcProber(GrpcModule module) : module_(std::make_shared<const GrpcModule>(std::move(module))) {}

  std::expected<std::shared_ptr<ModuleProbe>, Refused> probe(const Target& target,
                                                             Services& services) const override {
    auto server = net::parse_host_port_or(place_of(target.text), module_->call.tls ? tls_port : plain_port);
    if (!server) return std::unexpected(Refused{400, "target: " + server.error()});
    if (auto why = target.allowed->refusal(server->host))
      return std::unexpected(Refused{403, *std::move(why)});
    return std::make_shared<GrpcModuleProbe>(module_, *std::move(server), target.allowed, services);
  }

 private:
  // "https://host:port/…" stands for host:port, as there; what the module says of TLS counts.
  static std::string_view place_of(std::string_view target) {
    for (const std::string_view scheme : {"http://", "https://"})
      if (target.starts_with(scheme)) {
        target.remove_prefix(scheme.size());
        return target.substr(0, target.find('/'));
      }
    return target;
  }

  std::shared_ptr<const GrpcModule> module_;
};

}  // namespace

std::shared_ptr<const Prober> grpc_prober(GrpcModule module) {
  return std::make_shared<const GrpcProber>(std::move(module));
}

}  // namespace answerback::blackbox
