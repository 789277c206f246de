#include "probes/llm/replicas_worker.h"

#include <boost/json.hpp>
#include <optional>
#include <pqxx/pqxx>
#include <string>

namespace answerback::probes {
namespace {

namespace json = boost::json;

std::string text(const json::object& request, std::string_view key) {
  return json::value_to<std::string>(request.at(key));
}
std::int64_t number(const json::object& request, std::string_view key) {
  return request.at(key).to_number<std::int64_t>();
}
std::optional<std::int64_t> limit(const json::object& request, std::string_view key) {
  const json::value& value = request.at(key);
  return value.is_null() ? std::nullopt : std::optional(value.to_number<std::int64_t>());
}

// Only one of us at a time, from here to the end of the transaction; the first makes the table. Asked for
// only where it is missing, so that who may not create may still use it.
void enter(pqxx::work& work, const std::string& name) {
  work.exec("SET LOCAL statement_timeout = 2000");
  work.exec("SELECT pg_advisory_xact_lock(hashtextextended('answerback_llm_replicas', 0))");
  if (work.exec("SELECT to_regclass('answerback_llm_replicas') IS NULL")[0][0].as<bool>())
    work.exec(
        "CREATE TABLE answerback_llm_replicas (name text PRIMARY KEY,"
        " hour timestamptz NOT NULL DEFAULT now(), hour_spent bigint NOT NULL DEFAULT 0,"
        " day timestamptz NOT NULL DEFAULT now(), day_spent bigint NOT NULL DEFAULT 0,"
        " claimed_until timestamptz, ended timestamptz, verdict text, reason text, detail text)");
  work.exec_params("INSERT INTO answerback_llm_replicas (name) VALUES ($1) ON CONFLICT DO NOTHING", name);
  work.exec_params(
      "UPDATE answerback_llm_replicas SET hour = now(), hour_spent = 0"
      " WHERE name = $1 AND hour <= now() - interval '1 hour'",
      name);
  work.exec_params(
      "UPDATE answerback_llm_replicas SET day = now(), day_spent = 0"
      " WHERE name = $1 AND day <= now() - interval '1 day'",
      name);
}

// As LlmPurse: the first spending of a window always fits.
bool over(std::int64_t spent, std::int64_t tokens, const std::optional<std::int64_t>& most) {
  return most && spent > 0 && spent + tokens > *most;
}

json::object claim(pqxx::work& work, const json::object& request) {
  const std::string name = text(request, "name");
  const pqxx::row row = work.exec_params(
      "SELECT hour::text, hour_spent, day::text, day_spent, coalesce(claimed_until > now(), false),"
      " verdict IS NOT NULL AND ended > now() - $2 * interval '1 millisecond',"
      " coalesce(extract(epoch FROM now() - ended), 0)::bigint, verdict, reason, detail"
      " FROM answerback_llm_replicas WHERE name = $1",
      name, number(request, "fresh_ms"))[0];
  const auto hour_spent = row[1].as<std::int64_t>(), day_spent = row[3].as<std::int64_t>();
  json::object said{{"done", true},
                    {"hour", row[0].c_str()},
                    {"hour_spent", hour_spent},
                    {"day", row[2].c_str()},
                    {"day_spent", day_spent}};
  const std::int64_t tokens = number(request, "tokens");
  if (row[5].as<bool>()) {
    said["kind"] = "seen";
    said["age_s"] = row[6].as<std::int64_t>();
    said["verdict"] = row[7].c_str();
    said["reason"] = row[8].c_str();
    said["detail"] = row[9].c_str();
  } else if (row[4].as<bool>()) {
    said["kind"] = "busy";
  } else if (over(hour_spent, tokens, limit(request, "per_hour"))) {
    said["kind"] = "spent";
    said["window"] = "hour";
  } else if (over(day_spent, tokens, limit(request, "per_day"))) {
    said["kind"] = "spent";
    said["window"] = "day";
  } else {
    said["kind"] = "go";
    work.exec_params(
        "UPDATE answerback_llm_replicas SET hour_spent = hour_spent + $2, day_spent = day_spent + $2,"
        " claimed_until = now() + $3 * interval '1 millisecond' WHERE name = $1",
        name, tokens, number(request, "left_ms"));
  }
  return said;
}

// What was booked in a window that is over stays there.
json::object settle(pqxx::work& work, const json::object& request) {
  const std::int64_t refund = number(request, "booked") - number(request, "tokens");
  work.exec_params(
      "UPDATE answerback_llm_replicas SET"
      " hour_spent = hour_spent - CASE WHEN hour = $2::timestamptz THEN $4::bigint ELSE 0 END,"
      " day_spent = day_spent - CASE WHEN day = $3::timestamptz THEN $4::bigint ELSE 0 END,"
      " claimed_until = NULL, ended = now(), verdict = $5, reason = $6, detail = $7 WHERE name = $1",
      text(request, "name"), text(request, "hour"), text(request, "day"), refund, text(request, "verdict"),
      text(request, "reason"), text(request, "detail"));
  return {{"done", true}};
}

}  // namespace

void answer_llm_replicas(const json::object& request,
                         const std::function<void(const json::object&)>& emit) try {
  pqxx::connection session(text(request, "dsn"));
  pqxx::work work(session);
  enter(work, text(request, "name"));
  const json::object said = text(request, "do") == "claim" ? claim(work, request) : settle(work, request);
  work.commit();
  emit(said);
} catch (const pqxx::failure& error) {
  emit({{"done", true}, {"error", error.what()}});
}

}  // namespace answerback::probes
