#include "probes/postgres/worker.h"

#include <boost/json.hpp>
#include <pqxx/pqxx>

#include "probes/postgres/reasons.h"
#include "probes/postgres/sign_in.h"
#include "probes/shared/findings.h"

namespace answerback::probes {
namespace {

namespace json = boost::json;

// Lets libpqxx use a session that libpq has signed in already; it never opens another, and does not close
// this one: what libpq last said of it is often more than what libpqxx says.
class Adopted : public pqxx::connection_base {
 public:
  explicit Adopted(PGconn* session) : connection_base(policy_), policy_(session) { init(); }
  ~Adopted() { close(); }
  Adopted(const Adopted&) = delete;
  Adopted& operator=(const Adopted&) = delete;

 private:
  struct Policy : pqxx::connectionpolicy {
    explicit Policy(PGconn* s) : connectionpolicy(""), session(s) {}
    handle do_startconnect(handle) override { return session; }
    handle do_completeconnect(handle current) override { return current; }
    handle do_dropconnect(handle) noexcept override { return nullptr; }
    handle do_disconnect(handle) noexcept override { return nullptr; }
    PGconn* session;
  };
  Policy policy_;
};

struct Questions {
  std::string query, role;
  std::vector<std::string> tables;
  Pressure pressure;
  int left_ms;
};

// The questions, one method and one phase each; a method that finds something wrong concludes, and the rest
// is not asked. All in one read-only transaction, whose settings end with it: a pooler may give the server
// session to somebody else next.
class Interview {
 public:
  Interview(Adopted& session, const Questions& questions, Findings& found, const OnPhase& on_phase)
      : work_(session), asked_(questions), found_(found), on_phase_(on_phase) {}

  void run() {
    query();
    if (found_.passing() && !asked_.tables.empty()) tables();
    if (found_.passing()) role();
    if (found_.passing()) pressure();
  }

 private:
  void enter(Phase phase) { on_phase_(phase, late_in(phase), {}); }

  pqxx::result ask(const std::string& statement) {
    pqxx::result answer = work_.exec(statement);
    found_.received += 5;  // the head of a message: there was an answer, even if it has no values
    for (const pqxx::row& row : answer)
      for (const pqxx::field& field : row) found_.received += field.size();
    return answer;
  }

  // The server itself ends what takes too long (a lock that is held), so that nothing of ours stays behind in
  // it. A little earlier than our deadline, to hear of it.
  void query() {
    work_.exec("SET LOCAL statement_timeout = " + std::to_string(std::max(asked_.left_ms * 9 / 10, 1)));
    const pqxx::result answer = ask(asked_.query);
    found_.facts += ", query answered with " + counted(answer.size(), "row");
  }

  void tables() {
    enter(Phase::tables);
    std::string names;
    for (const std::string& table : asked_.tables) names += (names.empty() ? "" : ", ") + work_.quote(table);
    const pqxx::result missing =
        ask("SELECT name FROM unnest(ARRAY[" + names + "]::text[]) AS name WHERE to_regclass(name) IS NULL");
    if (missing.empty())
      return void(found_.facts += ", " + counted(asked_.tables.size(), "table") + " found");
    std::string list;
    for (const pqxx::row& row : missing) list += (list.empty() ? "" : ", ") + row[0].as<std::string>();
    found_.conclude(Verdict::fail, Reason::missing_table, "missing: " + list);
  }

  void role() {
    enter(Phase::role);
    const pqxx::row row =
        ask("SELECT pg_is_in_recovery(), current_setting('default_transaction_read_only')::bool")[0];
    const bool standby = row[0].as<bool>(), read_only = row[1].as<bool>();
    found_.facts += standby ? ", replica" : ", primary";
    if (asked_.role == "primary" && standby)
      found_.conclude(Verdict::fail, Reason::read_only,
                      "a standby (in recovery) where the primary is wanted");
    else if (asked_.role == "primary" && read_only)
      found_.conclude(Verdict::fail, Reason::read_only, "a primary, but default_transaction_read_only is on");
    else if (asked_.role == "replica" && !standby)
      found_.conclude(Verdict::fail, Reason::not_ready,
                      "not in recovery: a primary where a replica is wanted");
  }

  // backend_type is hidden from those without pg_read_all_stats; the database is not, and is null for the
  // server's helpers.
  void pressure() {
    enter(Phase::pressure);
    const pqxx::row row =
        ask("SELECT count(*), current_setting('max_connections')::int FROM pg_stat_activity "
            "WHERE coalesce(backend_type, 'client backend') = 'client backend' AND datid IS NOT NULL")[0];
    found_.count_connections(row[0].as<int>(), row[1].as<int>(), asked_.pressure);
  }

  pqxx::read_transaction work_;
  const Questions& asked_;
  Findings& found_;
  const OnPhase& on_phase_;
};

void interview(PGconn* signed_in, const Questions& questions, Findings& found, const OnPhase& on_phase) try {
  if (const char* version = PQparameterStatus(signed_in, "server_version"))
    found.facts = std::string("PostgreSQL ") + version;
  on_phase(Phase::query, late_in(Phase::query), {});
  Adopted session(signed_in);
  Interview(session, questions, found, on_phase).run();
} catch (const pqxx::sql_error& error) {
  Failure failure = failure_of_message(error.what(), Reason::assertion);
  if (!error.sqlstate().empty()) failure.reason = reason_of_sqlstate(error.sqlstate());
  found.conclude(std::move(failure));
} catch (const pqxx::failure& error) {  // what came is no answer to what was asked
  const std::string_view said = PQerrorMessage(signed_in);
  found.conclude(failure_of_message(said.empty() ? error.what() : said, Reason::protocol));
}

std::vector<std::string> texts(const json::value& list) {
  return json::value_to<std::vector<std::string>>(list);
}

}  // namespace

void answer_postgres(const json::object& request, const EmitLine& emit) {
  const OnPhase on_phase = [&](Phase phase, Reason late, const std::string& note) {
    emit({{"phase", name(phase)}, {"late", name(late)}, {"note", note}});
  };
  const json::object& pressure = request.at("pressure").as_object();
  const Questions questions{.query = json::value_to<std::string>(request.at("query")),
                            .role = json::value_to<std::string>(request.at("role")),
                            .tables = texts(request.at("tables")),
                            .pressure = {.warn = pressure.at("warn").to_number<double>(),
                                         .fail = pressure.at("fail").to_number<double>()},
                            .left_ms = request.at("left_ms").to_number<int>()};
  Parameters parameters;
  for (const auto& [key, value] : request.at("params").as_object())
    parameters.emplace_back(key, json::value_to<std::string>(value));

  Findings found;
  SignInGuard guard;
  if (auto session = sign_in(parameters, texts(request.at("addresses")), questions.left_ms, guard, on_phase))
    interview(session->get(), questions, found, on_phase);
  else
    found.conclude(std::move(session.error()));

  const SignInGuard::Traffic traffic = guard.traffic();
  found.sent = traffic.sent;
  found.received = std::max(traffic.received, found.received);  // our own count is of values only
  emit(found.last_line());
}

}  // namespace answerback::probes
