#include "blackbox/tcp_probe.h"

#include <algorithm>

#include "blackbox/conversation.h"
#include "blackbox/dial.h"
#include "net/url.h"

namespace answerback::blackbox {
namespace {

class TcpModuleProbe final : public ModuleProbe {
 public:
  TcpModuleProbe(std::shared_ptr<const TcpModule> module, net::HostPort address, net::TlsSettings tls,
                 std::shared_ptr<const Targets> allowed, Services& services)
      : module_(std::move(module)),
        address_(std::move(address)),
        tls_(std::move(tls)),
        dial_{.ip = module_->ip, .allowed = std::move(allowed), .source = module_->source},
        services_(services),
        conversation_(module_->query_response, tls_, address_.host, services.tls) {}

  asio::awaitable<ProbeResult> run(Run& run) override {
    auto socket = co_await dial(run, services_.dns, dial_, address_.host, address_.port, dialled_);
    if (!socket) co_return ProbeResult::fail(std::move(socket).error());
    co_return co_await conversation_.hold(run, *std::move(socket), module_->tls);
  }

  void show(const RunRecord& record, Page& page) const override {
    show_dialled(dialled_, record, page);
    conversation_.show(page);
    const auto wants_bytes = [](const QueryResponse& step) { return !step.expect_bytes.empty(); };
    if (std::ranges::any_of(module_->query_response, wants_bytes)) conversation_.show_bytes(page);
  }

 private:
  std::shared_ptr<const TcpModule> module_;
  net::HostPort address_;
  net::TlsSettings tls_;
  Dial dial_;
  Services& services_;
  Dialled dialled_;
  Conversation conversation_;
};

class TcpProber final : public Prober {
 public:
  explicit TcpProber(TcpModule module) : module_(std::make_shared<const TcpModule>(std::move(module))) {}

  std::expected<std::shared_ptr<ModuleProbe>, Refused> probe(const Target& target,
                                                             Services& services) const override {
    auto address = net::parse_host_port(target.text);
    if (!address) return std::unexpected(Refused{400, "target: " + address.error()});
    if (auto why = target.allowed->refusal(address->host))
      return std::unexpected(Refused{403, *std::move(why)});
    net::TlsSettings tls = module_->tls_config;
    if (tls.server_name.empty()) tls.server_name = target.hostname;
    return std::make_shared<TcpModuleProbe>(module_, *std::move(address), std::move(tls), target.allowed,
                                            services);
  }

 private:
  std::shared_ptr<const TcpModule> module_;
};

}  // namespace

std::shared_ptr<const Prober> tcp_prober(TcpModule module) {
  return std::make_shared<const TcpProber>(std::move(module));
}

}  // namespace answerback::blackbox
