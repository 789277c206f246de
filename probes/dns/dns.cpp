#include "probes/dns/dns.h"

#include <algorithm>

#include "model/text.h"
#include "net/resolver.h"
#include "probe/random.h"
#include "probe/within.h"
#include "probes/dns/exchange.h"

namespace answerback::probes {
namespace {

constexpr std::size_t most_servers = 16;

using Heard = std::expected<DnsHeard, Failure>;

// One server of a run, and what became of it.
struct DnsAsked {
  std::string name;
  net::HostPort at;
  Heard heard = std::unexpected(Failure{Reason::dns_timeout, "not asked"});
};

// Room to say who was silent before the runner ends the run.
Steady give_up(const Run& run) {
  const Duration left = run.deadline - run.clock.now();
  return run.deadline - std::min<Duration>(left / 10, std::chrono::milliseconds(200));
}

asio::awaitable<void> all_of(std::vector<asio::awaitable<void>> operations) {
  if (operations.empty()) co_return;
  asio::awaitable<void> last = std::move(operations.back());
  operations.pop_back();
  if (operations.empty()) co_return co_await std::move(last);
  co_await both(std::move(last), all_of(std::move(operations)));
}

class DnsProbe final : public Probe {
 public:
  DnsProbe(DnsSettings settings, Services& services) : settings_(std::move(settings)), services_(services) {}

  asio::awaitable<ProbeResult> run(Run& run) override {
    const Steady began = run.clock.now();
    std::vector<DnsAsked> servers = targets();
    if (servers.empty())
      co_return ProbeResult::fail(Reason::dns_failure, settings_.resolv_conf + " names no server");
    std::vector<DnsServer> found(servers.size());
    std::vector<asio::awaitable<void>> asking;
    const Steady until = give_up(run);
    for (std::size_t i = 0; i < servers.size(); ++i) {
      auto addresses = co_await services_.dns.resolve(run, servers[i].at.host);
      if (!addresses) {
        servers[i].heard = std::unexpected(std::move(addresses).error());
        continue;
      }
      found[i] = {addresses->front(), servers[i].at.port, servers[i].name};
      asking.push_back(ask(run, found[i], servers[i], until));
    }
    run.enter(Phase::processing, Reason::dns_timeout);
    run.phases.note(settings_.question.name + " " + net::dns_type_name(settings_.question.type));
    co_await all_of(std::move(asking));
    co_return verdict(run, servers, began);
  }

 private:
  std::vector<DnsAsked> targets() const {
    std::vector<DnsAsked> servers;
    for (const net::HostPort& at : settings_.servers)
      servers.push_back({at.host + ":" + std::to_string(at.port), at});
    if (!servers.empty()) return servers;
    for (const std::string& text : net::dns_servers_of(settings_.resolv_conf, most_servers))
      if (const auto at = net::parse_host_port(text)) servers.push_back({text, *at});
    return servers;
  }

  asio::awaitable<void> ask(Run& run, const DnsServer& server, DnsAsked& asked, Steady until) {
    asked.heard =
        co_await ask_dns(run, settings_, server, static_cast<std::uint16_t>(services_.random.bits()), until);
  }

  ProbeResult verdict(Run& run, const std::vector<DnsAsked>& servers, Steady began) const {
    std::size_t right = 0;
    std::optional<Failure> wrong;
    std::optional<std::uint32_t> ttl;
    std::optional<std::vector<std::string>> agreed;
    std::string seen, disagreement;
    for (const DnsAsked& server : servers) {
      std::optional<Failure> failure =
          server.heard ? judge(settings_, server.heard->message) : std::optional(server.heard.error());
      std::vector<std::string> texts;
      if (server.heard) texts = note(run, server, ttl);
      if (!failure) {
        ++right;
        if (!agreed) agreed = texts, seen = summary(texts);
        if (*agreed != texts && disagreement.empty())
          disagreement = server.name + " says " + summary(texts) + ", others " + summary(*agreed);
      } else if (wrong) {
        wrong->detail += "; " + server.name + ": " + failure->detail;
      } else {
        wrong = Failure{failure->reason, server.name + ": " + failure->detail};
      }
    }
    if (ttl) run.evidence.measure(Measure::dns_ttl, *ttl);
    if (wrong) wrong->detail = clip(wrong->detail, 600);
    const std::size_t enough =
        settings_.enough == 0 ? servers.size() : std::min(settings_.enough, servers.size());
    if (wrong && right < enough) return ProbeResult::fail(*std::move(wrong));
    if (settings_.agree && !disagreement.empty()) return ProbeResult::fail(Reason::assertion, disagreement);
    if (auto slow = judge(settings_.slow, run.clock.now() - began)) return *std::move(slow);
    if (wrong) return ProbeResult::warn(wrong->reason, std::move(wrong)->detail);
    return ProbeResult::pass(
        (servers.size() > 1 ? "all " + std::to_string(servers.size()) + " servers: " : "") + seen);
  }

  // Its answers in order, and a frame of them.
  std::vector<std::string> note(Run& run, const DnsAsked& server, std::optional<std::uint32_t>& ttl) const {
    const net::DnsMessage& message = server.heard->message;
    std::string frame = net::dns_rcode_name(message.rcode);
    for (const net::DnsRecord& record : message.answers)
      frame += "\n" + record.owner + " " + std::to_string(record.ttl) + " " +
               net::dns_type_name(record.type) + " " + record.text;
    run.frame("received", server.name + (server.heard->by_tcp ? " by TCP: " : ": ") + frame);
    std::vector<std::string> texts;
    const auto answers = net::answers_to(settings_.question, message);
    for (const net::DnsRecord& record : answers.value_or(std::vector<net::DnsRecord>())) {
      ttl = std::min(ttl.value_or(record.ttl), record.ttl);
      texts.push_back(record.text);
    }
    std::ranges::sort(texts);
    return texts;
  }

  std::string summary(const std::vector<std::string>& texts) const {
    if (texts.empty()) return settings_.expect.rcode + ", as wanted";
    std::string list;
    for (const std::string& text : texts) list += (list.empty() ? "" : ", ") + text;
    return one_line(list, 160);
  }

  DnsSettings settings_;
  Services& services_;
};

std::unique_ptr<Probe> make_dns_from(config::Fields& fields, Services& services) {
  return make_dns(read_dns_settings(fields), services);
}

constexpr Reason dns_own_reasons[] = {Reason::assertion, Reason::slow};

}  // namespace

std::unique_ptr<Probe> make_dns(DnsSettings settings, Services& services) {
  return std::make_unique<DnsProbe>(std::move(settings), services);
}

constinit const ProbeType dns{
    .name = "dns",
    .summary = "DNS servers, each asked on its own, answer a question as expected",
    .make = make_dns_from,
    .reasons = dns_own_reasons,
};

}  // namespace answerback::probes
