#include "probes/mysql/worker.h"

#include <boost/json.hpp>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "model/text.h"
#include "probes/mysql/reasons.h"
#include "probes/mysql/sign_in.h"
#include "probes/shared/findings.h"

namespace answerback::probes {
namespace {

namespace json = boost::json;
using Rows = std::vector<std::vector<std::string>>;  // a null is empty

struct MysqlQuestions {
  std::string query;
  std::optional<std::string> expect;
  std::vector<std::string> tables;
  bool writable;
  Pressure pressure;
  int left_ms;
};

int whole_number(std::string_view text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// The questions, one method and one phase each; the first that finds something wrong concludes. The query
// runs in a read-only transaction.
class MysqlInterview {
 public:
  MysqlInterview(MYSQL* session, const MysqlQuestions& questions, Findings& found,
                 const std::function<void(Phase)>& on_phase)
      : session_(session), asked_(questions), found_(found), on_phase_(on_phase) {}

  std::expected<void, Failure> run() {
    const std::string version = mysql_get_server_info(session_);
    const bool mariadb = version.contains("MariaDB");
    found_.facts = (mariadb ? "MariaDB " : "MySQL ") + one_line(version, 60);
    auto done = query(mariadb);
    if (done && found_.passing() && !asked_.tables.empty()) done = tables();
    if (done && found_.passing() && asked_.writable) done = writable();
    if (done && found_.passing()) done = pressure();
    return done;
  }

 private:
  std::expected<Rows, Failure> ask(const std::string& statement) {
    found_.sent += statement.size();
    if (mysql_real_query(session_, statement.data(), statement.size()) != 0) return failed();
    struct FreeResult {
      void operator()(MYSQL_RES* result) const { mysql_free_result(result); }
    };
    const std::unique_ptr<MYSQL_RES, FreeResult> result(mysql_store_result(session_));
    if (!result && mysql_field_count(session_) != 0) return failed();
    found_.received += 7;  // an OK packet: there was an answer, even if it has no values
    Rows rows;
    const unsigned columns = result ? mysql_num_fields(result.get()) : 0;
    for (MYSQL_ROW row; result && (row = mysql_fetch_row(result.get()));) {
      const unsigned long* sizes = mysql_fetch_lengths(result.get());
      std::vector<std::string>& values = rows.emplace_back(columns);
      for (unsigned i = 0; i < columns; ++i) {
        if (row[i]) values[i].assign(row[i], sizes[i]);
        found_.received += sizes[i];
      }
    }
    return rows;
  }
  // Of the last row and column; empty where there is none.
  std::expected<std::string, Failure> ask_value(const std::string& statement) {
    const auto rows = ask(statement);
    if (!rows) return std::unexpected(rows.error());
    return rows->empty() || rows->back().empty() ? std::string() : rows->back().back();
  }
  std::unexpected<Failure> failed() {
    return std::unexpected(mysql_failure(mysql_errno(session_), mysql_error(session_), Reason::assertion));
  }

  std::string quoted(std::string_view text) {
    std::string escaped(2 * text.size() + 1, '\0');
    escaped.resize(mysql_real_escape_string(session_, escaped.data(), text.data(), text.size()));
    return "'" + escaped + "'";
  }

  // The server itself ends what takes too long, a little before our deadline, so that nothing of ours stays
  // behind in it and we hear of it; one too old to know the setting goes without.
  std::expected<void, Failure> query(bool mariadb) {
    on_phase_(Phase::query);
    const int limit_ms = std::max(asked_.left_ms * 9 / 10, 1);
    const int whole = limit_ms / 1000, rest = limit_ms % 1000;
    const std::string padded = std::to_string(1000 + rest).substr(1);
    (void)ask(mariadb ? "SET SESSION max_statement_time = " + std::to_string(whole) + "." + padded
                      : "SET SESSION max_execution_time = " + std::to_string(limit_ms));
    if (auto begun = ask("START TRANSACTION READ ONLY"); !begun) return std::unexpected(begun.error());
    const auto rows = ask(asked_.query);
    if (!rows) return std::unexpected(rows.error());
    found_.facts += ", query answered with " + counted(rows->size(), "row");
    const std::string first = rows->empty() || rows->front().empty() ? "" : rows->front().front();
    if (asked_.expect && first != *asked_.expect)
      found_.conclude(
          Verdict::fail, Reason::assertion,
          "the query answered \"" + one_line(first, 120) + "\", wanted \"" + *asked_.expect + '"');
    return {};
  }

  std::expected<void, Failure> tables() {
    on_phase_(Phase::tables);
    std::string missing;
    for (const std::string& name : asked_.tables) {
      const std::size_t dot = name.find('.');
      const std::string table = dot == std::string::npos ? name : name.substr(dot + 1);
      const auto found = ask_value("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = " +
                                   (dot == std::string::npos ? "DATABASE()" : quoted(name.substr(0, dot))) +
                                   " AND table_name = " + quoted(table));
      if (!found) return std::unexpected(found.error());
      if (*found == "0") missing += (missing.empty() ? "" : ", ") + name;
    }
    if (missing.empty())
      found_.facts += ", " + counted(asked_.tables.size(), "table") + " found";
    else
      found_.conclude(Verdict::fail, Reason::missing_table, "missing, or nothing we may see: " + missing);
    return {};
  }

  // super_read_only of MySQL sets this one too. MariaDB 12 has words where there were numbers.
  std::expected<void, Failure> writable() {
    on_phase_(Phase::role);
    const auto read_only = ask_value("SELECT @@global.read_only");
    if (!read_only) return std::unexpected(read_only.error());
    if (*read_only == "0" || *read_only == "OFF")
      found_.facts += ", writable";
    else
      found_.conclude(Verdict::fail, Reason::read_only, "read_only is " + one_line(*read_only, 20));
    return {};
  }

  std::expected<void, Failure> pressure() {
    on_phase_(Phase::pressure);
    const auto used = ask_value("SHOW GLOBAL STATUS LIKE 'Threads_connected'");
    if (!used) return std::unexpected(used.error());
    const auto most = ask_value("SELECT @@global.max_connections");
    if (!most) return std::unexpected(most.error());
    const int in_use = whole_number(*used), allowed = whole_number(*most);
    if (allowed > 0) found_.count_connections(in_use, allowed, asked_.pressure);
    return {};
  }

  MYSQL* session_;
  const MysqlQuestions& asked_;
  Findings& found_;
  const std::function<void(Phase)>& on_phase_;
};

MysqlTarget read_mysql_target(const json::object& request) {
  const json::object& tls = request.at("tls").as_object();
  const auto text = [](const json::object& object, std::string_view key) {
    return json::value_to<std::string>(object.at(key));
  };
  return {.host = text(request, "host"),
          .socket = text(request, "socket"),
          .user = text(request, "user"),
          .password = text(request, "password"),
          .database = text(request, "database"),
          .port = request.at("port").to_number<unsigned>(),
          .tls = tls.at("on").as_bool(),
          .verify = tls.at("verify").as_bool(),
          .ca_file = text(tls, "ca_file"),
          .cert_file = text(tls, "cert_file"),
          .key_file = text(tls, "key_file"),
          .left_ms = request.at("left_ms").to_number<int>(),
          .addresses = std::max(request.at("addresses").to_number<int>(), 1)};
}

}  // namespace

void answer_mysql(const json::object& request, const std::function<void(const json::object&)>& emit) {
  const std::function<void(Phase)> on_phase = [&](Phase phase) {
    emit({{"phase", name(phase)}, {"late", name(late_in(phase))}});
  };
  const json::object& pressure = request.at("pressure").as_object();
  const json::value& expect = request.at("expect");
  const MysqlQuestions questions{
      .query = json::value_to<std::string>(request.at("query")),
      .expect = expect.is_null() ? std::nullopt : std::optional(json::value_to<std::string>(expect)),
      .tables = json::value_to<std::vector<std::string>>(request.at("tables")),
      .writable = request.at("writable").as_bool(),
      .pressure = {.warn = pressure.at("warn").to_number<double>(),
                   .fail = pressure.at("fail").to_number<double>()},
      .left_ms = request.at("left_ms").to_number<int>()};

  Findings found;
  const auto session = sign_in_mysql(read_mysql_target(request), on_phase);
  std::expected<void, Failure> done;
  if (!session)
    done = std::unexpected(session.error());
  else
    done = MysqlInterview(session->get(), questions, found, on_phase).run();
  if (!done) found.conclude(std::move(done).error());
  emit(found.last_line());
}

}  // namespace answerback::probes
