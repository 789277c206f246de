#include "blackbox/dns_probe.h"

#include "blackbox/dial.h"
#include "blackbox/dns_verdict.h"
#include "net/dns_records.h"
#include "net/url.h"
#include "probe/random.h"
#include "probes/dns/exchange.h"

namespace answerback::blackbox {
namespace {

constexpr std::uint16_t dns_port = 53, dns_over_tls_port = 853;
constexpr Duration beyond_any_run = std::chrono::hours(48);  // the runner ends it: one question, one try

class DnsModuleProbe final : public ModuleProbe {
 public:
  DnsModuleProbe(std::shared_ptr<const DnsModule> module, net::HostPort server,
                 std::shared_ptr<const Targets> allowed, Services& services)
      : module_(std::move(module)),
        server_(std::move(server)),
        dial_{.ip = module_->ip, .allowed = std::move(allowed), .source = module_->source},
        services_(services) {}

  asio::awaitable<ProbeResult> run(Run& run) override {
    const probes::DnsAsking asking{.question = module_->question,
                                   .id = static_cast<std::uint16_t>(services_.random.bits()),
                                   .form = net::DnsForm::zone};
    auto answer = module_->tcp ? co_await by_tcp(run, asking) : co_await by_udp(run, asking);
    run.phases.end(run.clock.now());  // judging is our own time
    if (!answer) co_return ProbeResult::fail(std::move(answer).error());
    message_ = *std::move(answer);
    note(run);
    if (auto failure = judge(*module_, *message_)) co_return ProbeResult::fail(*std::move(failure));
    co_return ProbeResult::pass(net::dns_rcode_name(message_->rcode) + ", " +
                                std::to_string(message_->answers.size()) + " answers");
  }

  void show(const RunRecord& record, Page& page) const override {
    show_dialled(dialled_, record, page);
    show_durations(record, page);
    const auto records = [&](std::string_view name, std::string_view help,
                             std::vector<net::DnsRecord> net::DnsMessage::* section) {
      page.gauge(name, help, message_ ? static_cast<double>(((*message_).*section).size()) : 0);
    };
    records("probe_dns_answer_rrs", "Returns number of entries in the answer resource record list",
            &net::DnsMessage::answers);
    records("probe_dns_authority_rrs", "Returns number of entries in the authority resource record list",
            &net::DnsMessage::authority);
    records("probe_dns_additional_rrs", "Returns number of entries in the additional resource record list",
            &net::DnsMessage::additional);
    page.gauge("probe_dns_query_succeeded", "Displays whether or not the query was executed successfully",
               message_ ? 1 : 0);
    if (message_ && module_->question.type == net::dns_type("SOA"))
      page.gauge("probe_dns_serial", "Returns the serial number of the zone",
                 zone_serial(*message_).value_or(0));
  }

 private:
  asio::awaitable<probes::DnsAnswer> by_udp(Run& run, const probes::DnsAsking& asking) {
    const auto address = co_await look_up(run, services_.dns, dial_, server_.host, dialled_);
    if (!address) co_return std::unexpected(address.error());
    enter_asking(run);
    run.evidence.peer(net::text({*address, server_.port}));
    co_return co_await probes::ask_dns_by_udp(
        run, {.address = *address, .port = server_.port, .source = module_->source}, asking,
        {.tries = 1, .each = beyond_any_run, .until = run.deadline + beyond_any_run});
  }

  asio::awaitable<probes::DnsAnswer> by_tcp(Run& run, const probes::DnsAsking& asking) {
    auto socket = co_await dial(run, services_.dns, dial_, server_.host, server_.port, dialled_);
    if (!socket) co_return std::unexpected(std::move(socket).error());
    std::unique_ptr<net::AnyStream> stream;
    if (module_->tls) {
      auto secured =
          co_await services_.tls.handshake(run, *std::move(socket), module_->tls_config, server_.host);
      if (!secured) co_return std::unexpected(std::move(secured).error());
      stream = net::any_stream(*std::move(secured));
    } else {
      stream = net::any_stream(*std::move(socket));
    }
    enter_asking(run);
    co_return co_await probes::ask_dns_over(run, *stream, asking);
  }

  void enter_asking(Run& run) const {
    run.enter(Phase::processing, Reason::dns_timeout);
    run.phases.note(module_->question.name + " " + net::dns_type_name(module_->question.type));
  }

  void note(Run& run) const {
    std::string frame = net::dns_rcode_name(message_->rcode);
    for (const auto* section : {&message_->answers, &message_->authority, &message_->additional})
      for (const net::DnsRecord& record : *section) frame += "\n" + net::dns_zone_line(record);
    run.frame("received", frame);
  }

  void show_durations(const RunRecord& record, Page& page) const {
    const auto phase = [&](const char* name, double seconds) {
      page.gauge("probe_dns_duration_seconds", "Duration of DNS request by phase", seconds,
                 {{"phase", name}});
    };
    phase("connect", seconds_in(record, Phase::connect) + seconds_in(record, Phase::tls));
    phase("request", seconds_in(record, Phase::processing));
    phase("resolve", dialled_.address ? seconds_in(record, Phase::resolve) : 0);
  }

  std::shared_ptr<const DnsModule> module_;
  net::HostPort server_;
  Dial dial_;
  Services& services_;
  Dialled dialled_;
  std::optional<net::DnsMessage> message_;
};

class DnsProber final : public Prober {
 public:
  explicit DnsProber(DnsModule module) : module_(std::make_shared<const DnsModule>(std::move(module))) {}

  std::expected<std::shared_ptr<ModuleProbe>, Refused> probe(const Target& target,
                                                             Services& services) const override {
    auto server = net::parse_host_port_or(target.text, module_->tls ? dns_over_tls_port : dns_port);
    if (!server) return std::unexpected(Refused{400, "target: " + server.error()});
    if (auto why = target.allowed->refusal(server->host))
      return std::unexpected(Refused{403, *std::move(why)});
    return std::make_shared<DnsModuleProbe>(module_, *std::move(server), target.allowed, services);
  }

 private:
  std::shared_ptr<const DnsModule> module_;
};

}  // namespace

std::shared_ptr<const Prober> dns_prober(DnsModule module) {
  return std::make_shared<const DnsProber>(std::move(module));
}

}  // namespace answerback::blackbox
