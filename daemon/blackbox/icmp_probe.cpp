#include "blackbox/icmp_probe.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "blackbox/dial.h"
#include "net/url.h"
#include "probes/icmp/echo.h"
#include "probes/icmp/ping_socket.h"

namespace answerback::blackbox {
namespace {

class IcmpModuleProbe final : public ModuleProbe {
 public:
  IcmpModuleProbe(std::shared_ptr<const IcmpModule> module, std::string host,
                  std::shared_ptr<const Targets> allowed, Services& services)
      : module_(std::move(module)),
        host_(std::move(host)),
        dial_{.ip = module_->ip, .allowed = std::move(allowed)},
        services_(services) {}

  asio::awaitable<ProbeResult> run(Run& run) override {
    const auto address = co_await look_up(run, services_.dns, dial_, host_, dialled_);
    if (!address) co_return ProbeResult::fail(address.error());
    run.enter(Phase::connect);
    run.phases.note(address->to_string());
    run.evidence.peer(address->to_string());
    auto socket = probes::open_ping_socket(
        co_await asio::this_coro::executor, *address,
        {.source = module_->source, .hops = module_->ttl, .dont_fragment = module_->dont_fragment});
    if (!socket) co_return std::move(socket).error();
    const probes::IcmpEcho echo{
        .v6 = address->is_v6(), .mark = probes::icmp_mark(services_.random), .payload = module_->payload};
    if (auto failure = co_await ping(run, *socket, echo)) co_return ProbeResult::fail(*std::move(failure));
    run.phases.end(run.clock.now());
    co_return ProbeResult::pass("the echo came back from " + address->to_string());
  }

  void show(const RunRecord& record, Page& page) const override {
    show_dialled(dialled_, record, page);
    const auto phase = [&](const char* name, double seconds) {
      page.gauge("probe_icmp_duration_seconds", "Duration of icmp request by phase", seconds,
                 {{"phase", name}});
    };
    phase("resolve", dialled_.address ? seconds_in(record, Phase::resolve) : 0);
    phase("rtt", answered_ ? seconds_in(record, Phase::processing) : 0);
    phase("setup", seconds_in(record, Phase::connect));
    if (hops_left_)
      page.gauge("probe_icmp_reply_hop_limit", "Replied packet hop limit (TTL for ipv4)", *hops_left_);
  }

 private:
  asio::awaitable<std::optional<Failure>> ping(Run& run, probes::PingSocket& socket,
                                               const probes::IcmpEcho& echo) {
    const std::string request = probes::icmp_request(echo);
    run.enter(Phase::processing, Reason::unreachable);
    run.phases.note("the echo of " + host_);
    const auto [unsent, sent] =
        co_await socket.async_send(asio::buffer(request), asio::as_tuple(asio::use_awaitable));
    if (unsent) co_return probes::ping_failure(unsent);
    run.evidence.sent(sent);
    std::string bytes(request.size() + 1, '\0');
    while (!answered_) {
      const auto reply = co_await probes::receive_ping(socket, asio::buffer(bytes));
      if (!reply) co_return probes::ping_failure(reply.error());
      run.evidence.received(reply->size);
      answered_ = probes::icmp_reply(std::string_view(bytes).substr(0, reply->size), echo).has_value();
      if (answered_) hops_left_ = reply->hops_left;
    }
    co_return std::nullopt;
  }

  std::shared_ptr<const IcmpModule> module_;
  std::string host_;
  Dial dial_;
  Services& services_;
  Dialled dialled_;
  std::optional<int> hops_left_;
  bool answered_ = false;
};

class IcmpProber final : public Prober {
 public:
  explicit IcmpProber(IcmpModule module) : module_(std::make_shared<const IcmpModule>(std::move(module))) {}

  std::expected<std::shared_ptr<ModuleProbe>, Refused> probe(const Target& target,
                                                             Services& services) const override {
    auto host = parse_ping_target(target.text);
    if (!host) return std::unexpected(Refused{400, "target: " + host.error()});
    if (auto why = target.allowed->refusal(*host)) return std::unexpected(Refused{403, *std::move(why)});
    return std::make_shared<IcmpModuleProbe>(module_, *std::move(host), target.allowed, services);
  }

 private:
  // A host alone: "web.example", "10.0.0.7", "::1".
  static std::expected<std::string, std::string> parse_ping_target(std::string_view text) {
    if (text.starts_with('[') || std::ranges::count(text, ':') == 1)
      return std::unexpected("a name or an address is due, without port or brackets");
    constexpr std::uint16_t of_no_meaning = 1;
    auto at = net::parse_host_port_or(text, of_no_meaning);
    if (!at) return std::unexpected(std::move(at).error());
    return std::move(at->host);
  }

  std::shared_ptr<const IcmpModule> module_;
};

}  // namespace

std::shared_ptr<const Prober> icmp_prober(IcmpModule module) {
  return std::make_shared<const IcmpProber>(std::move(module));
}

}  // namespace answerback::blackbox
