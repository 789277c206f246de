#include "blackbox/dial.h"

#include <algorithm>
#include <numeric>

namespace answerback::blackbox {
namespace {

double seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

// Go's zero time, which blackbox_exporter shows where no chain was verified.
constexpr double year_one = -62135596800.0;

}  // namespace

std::optional<net::Address> choose(const std::vector<net::Address>& addresses, IpChoice ip) {
  std::optional<net::Address> other;
  for (const net::Address& each : addresses) {
    if (each.is_v6() == ip.prefer_v6) return each;
    if (ip.fall_back) other = each;
  }
  return other;
}

asio::awaitable<std::expected<net::Address, Failure>> look_up(Run& run, net::Resolver& dns, const Dial& dial,
                                                              std::string host, Dialled& dialled) {
  const bool first = !dialled.asked;
  dialled.asked = true;
  const auto addresses = co_await dns.resolve(run, host);
  if (!addresses) co_return std::unexpected(addresses.error());
  const auto address = choose(*addresses, dial.ip);
  if (!address)
    co_return std::unexpected(Failure{
        Reason::dns_nxdomain, host + " has no " + (dial.ip.prefer_v6 ? "IPv6" : "IPv4") + " address"});
  if (auto why = dial.allowed->refusal(host, *address))
    co_return std::unexpected(Failure{Reason::forbidden, *std::move(why)});
  if (first) dialled.address = address;
  co_return *address;
}

asio::awaitable<std::expected<net::TcpSocket, Failure>> dial(Run& run, net::Resolver& dns, const Dial& how,
                                                             std::string host, std::uint16_t port,
                                                             Dialled& dialled) {
  const auto address = co_await look_up(run, dns, how, std::move(host), dialled);
  if (!address) co_return std::unexpected(address.error());
  co_return co_await net::connect_to(run, *address, port, how.source);
}

std::uint32_t address_hash(const net::Address& address) {
  constexpr std::uint32_t basis = 2166136261, prime = 16777619;
  const auto hashed = [](const auto& bytes) {
    return std::accumulate(bytes.begin(), bytes.end(), basis,
                           [](std::uint32_t hash, std::uint8_t byte) { return (hash ^ byte) * prime; });
  };
  return address.is_v4() ? hashed(address.to_v4().to_bytes()) : hashed(address.to_v6().to_bytes());
}

void show_dialled(const Dialled& dialled, const RunRecord& record, Page& page) {
  if (!dialled.asked) return;
  page.gauge("probe_dns_lookup_time_seconds", "Returns the time taken for probe dns lookup in seconds",
             seconds_in_first(record, Phase::resolve));
  page.gauge("probe_ip_protocol", "Specifies whether probe ip protocol is IP4 or IP6",
             !dialled.address           ? 0
             : dialled.address->is_v4() ? 4
                                        : 6);
  page.gauge("probe_ip_addr_hash",
             "Specifies the hash of IP address. It's useful to detect if the IP address changes.",
             dialled.address ? address_hash(*dialled.address) : 0);
}

void show_tls(const net::TlsFacts& facts, Page& page) {
  page.gauge("probe_ssl_earliest_cert_expiry", "Returns last SSL chain expiry in unixtime",
             facts.earliest_expiry ? static_cast<double>(*facts.earliest_expiry) : year_one);
  page.gauge("probe_ssl_last_chain_expiry_timestamp_seconds", "Returns last SSL chain expiry in timestamp",
             facts.last_chain_expiry ? static_cast<double>(*facts.last_chain_expiry) : year_one);
  show_leaf(facts, page);
}

void show_leaf(const net::TlsFacts& facts, Page& page) {
  page.gauge("probe_ssl_last_chain_info", "Contains SSL leaf certificate information", 1,
             {{"fingerprint_sha256", facts.fingerprint_sha256},
              {"issuer", facts.issuer},
              {"subject", facts.subject},
              {"subjectalternative", facts.names}});
  page.gauge("probe_tls_version_info", "Returns the TLS version used or NaN when unknown", 1,
             {{"version", facts.version}});
}

double seconds_in(const RunRecord& record, Phase phase) {
  Duration sum{};
  for (const PhaseTime& each : record.phases)
    if (each.phase == phase) sum += each.took;
  return seconds(sum);
}

double seconds_in_first(const RunRecord& record, Phase phase) {
  const auto found = std::ranges::find(record.phases, phase, &PhaseTime::phase);
  return found == record.phases.end() ? 0 : seconds(found->took);
}

}  // namespace answerback::blackbox
