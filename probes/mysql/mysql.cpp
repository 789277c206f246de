#include "probes/mysql/mysql.h"

#include <algorithm>
#include <boost/json.hpp>

#include "net/resolver.h"
#include "net/workers.h"
#include "probes/shared/worker_answer.h"

namespace answerback::probes {
namespace {

namespace json = boost::json;

constexpr std::string_view trusted_authorities = "/etc/ssl/certs/ca-certificates.crt";

constexpr Reason mysql_reasons[] = {Reason::auth,        Reason::forbidden,     Reason::auth_downgrade,
                                    Reason::no_database, Reason::not_ready,     Reason::too_many_connections,
                                    Reason::read_only,   Reason::missing_table, Reason::query_timeout,
                                    Reason::assertion,   Reason::worker_died};

class MysqlProbe final : public Probe {
 public:
  MysqlProbe(MysqlSettings settings, Services& services)
      : settings_(std::move(settings)), services_(services) {
    const MysqlDsn& dsn = settings_.dsn;
    place_ = dsn.host.empty() ? dsn.socket : dsn.host + ":" + std::to_string(dsn.port);
  }

  // The library looks the host up once more, for it takes no address beside the name that a certificate is
  // checked against; ours comes first, so that a name that is not there is told from a server that is not.
  asio::awaitable<ProbeResult> run(Run& run) override {
    std::size_t addresses = 1;
    if (!settings_.dsn.host.empty()) {
      auto resolved = co_await services_.dns.resolve(run, settings_.dsn.host);
      if (!resolved) co_return ProbeResult::fail(std::move(resolved.error()));
      addresses = resolved->size();
    }
    if (settings_.tls && !settings_.verify) run.evidence.measure(Measure::tls_unverified, 1);
    WorkerAnswer answer(run, place_, settings_.dsn.password);
    auto called =
        co_await services_.workers.call(run, {.request = request(run, addresses)},
                                        [&answer](std::string_view line) { return answer.take(line); });
    if (!called) co_return ProbeResult::unknown(called.error().reason, std::move(called.error().detail));
    co_return answer.result;
  }

 private:
  std::string request(const Run& run, std::size_t addresses) const {
    const MysqlDsn& dsn = settings_.dsn;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(run.deadline - run.clock.now());
    return json::serialize(
        json::object{{"type", "mysql"},
                     {"host", dsn.host},
                     {"port", dsn.port},
                     {"socket", dsn.socket},
                     {"user", dsn.user},
                     {"password", dsn.password},
                     {"database", dsn.database},
                     {"tls",
                      {{"on", settings_.tls},
                       {"verify", settings_.verify},
                       {"ca_file", settings_.ca_file},
                       {"cert_file", settings_.cert_file},
                       {"key_file", settings_.key_file}}},
                     {"query", settings_.query},
                     {"expect", settings_.expect ? json::value(*settings_.expect) : json::value()},
                     {"tables", json::array(settings_.tables.begin(), settings_.tables.end())},
                     {"writable", settings_.writable},
                     {"pressure", {{"warn", settings_.pressure_warn}, {"fail", settings_.pressure_fail}}},
                     {"addresses", addresses},
                     {"left_ms", std::clamp<std::int64_t>(left.count(), 1, 24 * 3600 * 1000)}});
  }

  MysqlSettings settings_;
  Services& services_;
  std::string place_;
};

void read_mysql_tls(config::Fields& fields, MysqlSettings& settings) {
  const std::string tls = fields.one_of(
      "tls", "auto", {"auto", "on", "off"},
      "whether it must be encrypted; auto: unless the host is this machine. Certificates are verified");
  settings.tls = tls == "on" || (tls == "auto" && !on_this_machine(settings.dsn));
  config::Fields keys = fields.child("tls_config", "TLS (1.2 or later), named as in blackbox_exporter");
  settings.ca_file = keys.text("ca_file", "", "PEM file of authorities; left out: the system's");
  settings.cert_file = keys.text("cert_file", "", "PEM file of our own certificate");
  settings.key_file = keys.text("key_file", "", "PEM file of its key");
  settings.verify = !keys.flag("insecure_skip_verify", false, "accept any certificate");
  if (settings.ca_file.empty()) settings.ca_file = trusted_authorities;
  if (settings.cert_file.empty() != settings.key_file.empty())
    keys.error(settings.key_file.empty() ? "cert_file" : "key_file", "cert_file and key_file go together");
  if (!settings.tls && fields.has("tls_config")) fields.error("tls_config", "has no effect without tls: on");
  if (tls == "on" && settings.dsn.host.empty() && !settings.dsn.socket.empty())
    fields.error("tls", "is of no use on a unix socket");
}

}  // namespace

MysqlSettings read_mysql(config::Fields& fields) {
  MysqlSettings settings;
  const Secret dsn = fields.required_secret(
      "dsn", "where and as whom: mysql://user:password@host:3306/database, or ?socket=/path behind it");
  if (!dsn.empty()) {
    if (auto parsed = parse_mysql_dsn(dsn.reveal()); parsed)
      settings.dsn = *std::move(parsed);
    else
      fields.error("dsn", parsed.error());
  }
  read_mysql_tls(fields, settings);
  settings.query = fields.text("query", settings.query, "must succeed; runs in a read-only transaction");
  settings.expect = fields.optional_text("expect", "what the query's first value must be");
  settings.tables = fields.texts("tables", "tables that must exist, as name or database.name");
  settings.writable = fields.flag("writable", false, "fail where read_only or super_read_only is on");
  config::Fields pressure = fields.child("pressure", "share of max_connections in use");
  settings.pressure_warn = pressure.number("warn", settings.pressure_warn, 0, 1.01, "from here on warn");
  settings.pressure_fail = pressure.number("fail", settings.pressure_fail, 0, 1.01, "from here on fail");
  if (settings.pressure_warn > settings.pressure_fail) pressure.error("warn", "is more than fail");
  return settings;
}

const ProbeType mysql{
    .name = "mysql",
    .summary = "signs in to MySQL or MariaDB and asks: a query, tables, writable, connections left",
    .make = [](config::Fields& fields, Services& services) -> std::unique_ptr<Probe> {
      return std::make_unique<MysqlProbe>(read_mysql(fields), services);
    },
    .reasons = mysql_reasons};

}  // namespace answerback::probes
