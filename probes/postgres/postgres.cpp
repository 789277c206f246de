#include "probes/postgres/postgres.h"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>
#include <charconv>
#include <optional>

#include "net/connect.h"
#include "net/resolver.h"
#include "net/tls.h"
#include "net/workers.h"
#include "probes/shared/worker_answer.h"

namespace answerback::probes {
namespace {

namespace json = boost::json;

constexpr Reason own_reasons[] = {Reason::auth,
                                  Reason::forbidden,
                                  Reason::auth_downgrade,
                                  Reason::no_database,
                                  Reason::too_many_connections,
                                  Reason::not_ready,
                                  Reason::read_only,
                                  Reason::missing_table,
                                  Reason::query_timeout,
                                  Reason::worker_died};

class Postgres : public Probe {
 public:
  Postgres(PostgresSettings settings, Services& services)
      : settings_(std::move(settings)), services_(services) {
    host_ = setting("host");
    if (host_.empty()) host_ = setting("hostaddr");
    const std::string port = setting("port");
    std::from_chars(port.data(), port.data() + port.size(), port_);
    place_ = (host_.empty() ? "the local socket" : host_) + ":" + (port.empty() ? "5432" : port);
  }

  asio::awaitable<ProbeResult> run(Run& run) override {
    std::vector<net::Address> addresses;
    if (const std::string host = host_to_resolve(settings_.dsn); !host.empty()) {
      auto resolved = co_await services_.dns.resolve(run, host);
      if (!resolved) co_return ProbeResult::fail(std::move(resolved.error()));
      addresses = *std::move(resolved);
    }
    WorkerAnswer answer(run, place_, setting("password"));
    auto called =
        co_await services_.workers.call(run, {.request = request(run, addresses)},
                                        [&answer](std::string_view line) { return answer.take(line); });
    if (!called) co_return ProbeResult::unknown(called.error().reason, std::move(called.error().detail));
    if (answer.result.reason == Reason::tls_untrusted && !addresses.empty())
      if (auto exact = co_await why_untrusted(run); exact) co_return ProbeResult::fail(*std::move(exact));
    co_return answer.result;
  }

 private:
  std::string setting(std::string_view key) const {
    const auto found = settings_.dsn.find(key);
    return found == settings_.dsn.end() ? std::string() : found->second;
  }

  std::string request(const Run& run, const std::vector<net::Address>& addresses) const {
    json::object parameters;
    for (const auto& [key, value] : settings_.dsn) parameters[key] = value;
    json::array hosts, tables(settings_.tables.begin(), settings_.tables.end());
    for (const net::Address& address : addresses) hosts.emplace_back(address.to_string());
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(run.deadline - run.clock.now());
    return json::serialize(
        json::object{{"type", "postgres"},
                     {"params", std::move(parameters)},
                     {"addresses", std::move(hosts)},
                     {"query", settings_.query},
                     {"tables", std::move(tables)},
                     {"role", settings_.role},
                     {"pressure", {{"warn", settings_.pressure_warn}, {"fail", settings_.pressure_fail}}},
                     {"left_ms", std::clamp<std::int64_t>(left.count(), 1, 24 * 3600 * 1000)}});
  }

  // libpq 15 says only "certificate verify failed"; a handshake of our own says whether it has expired, is
  // not valid yet, or is signed by nobody we know.
  asio::awaitable<std::optional<Failure>> why_untrusted(Run& run) {
    auto socket = co_await net::connect(run, services_.dns, host_, port_);
    if (!socket) co_return std::nullopt;
    run.enter(Phase::tls);
    static constexpr std::array<unsigned char, 8> ssl_request{0,    0,    0,    8,
                                                              0x04, 0xd2, 0x16, 0x2f};  // length, 80877103
    char answer = 0;
    const auto [unsent, written] =
        co_await asio::async_write(*socket, asio::buffer(ssl_request), asio::as_tuple(asio::use_awaitable));
    if (unsent) co_return std::nullopt;
    const auto [unread, count] =
        co_await asio::async_read(*socket, asio::buffer(&answer, 1), asio::as_tuple(asio::use_awaitable));
    if (unread || answer != 'S') co_return std::nullopt;
    net::TlsSettings verified;
    verified.ca_file = setting("sslrootcert");
    auto stream = co_await services_.tls.handshake(run, *std::move(socket), verified, host_);
    if (stream) co_return std::nullopt;
    co_return std::move(stream.error());
  }

  PostgresSettings settings_;
  Services& services_;
  std::string host_, place_;
  std::uint16_t port_ = 5432;
};

}  // namespace

PostgresSettings read_postgres(config::Fields& fields) {
  PostgresSettings settings;
  const Secret dsn = fields.required_secret(
      "dsn",
      "where and as whom: postgresql://user:password@host:5432/database or key=value pairs; certificates are "
      "verified unless sslmode says otherwise or the host is this machine");
  if (!dsn.empty()) {
    if (auto parsed = parse_dsn(dsn.reveal()); parsed)
      settings.dsn = *std::move(parsed);
    else
      fields.error("dsn", parsed.error());
    complete_dsn(settings.dsn);
  }
  settings.query = fields.text("query", settings.query, "must succeed; runs in a read-only transaction");
  settings.tables = fields.texts("tables", "tables that must exist, as name or schema.name");
  settings.role =
      fields.one_of("role", settings.role, {"any", "primary", "replica"}, "what the server must be");
  config::Fields pressure = fields.child("pressure", "share of max_connections in use");
  settings.pressure_warn = pressure.number("warn", settings.pressure_warn, 0, 1.01, "from here on warn");
  settings.pressure_fail = pressure.number("fail", settings.pressure_fail, 0, 1.01, "from here on fail");
  if (settings.pressure_warn > settings.pressure_fail) pressure.error("warn", "is more than fail");
  return settings;
}

std::unique_ptr<Probe> make_postgres(PostgresSettings settings, Services& services) {
  return std::make_unique<Postgres>(std::move(settings), services);
}

const ProbeType postgres{
    "postgres", "signs in to PostgreSQL and asks: a query, tables, role, connections left",
    [](config::Fields& fields, Services& services) { return make_postgres(read_postgres(fields), services); },
    own_reasons};

}  // namespace answerback::probes
