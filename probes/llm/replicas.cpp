#include "probes/llm/replicas.h"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "model/text.h"
#include "probe/within.h"
#include "probes/llm/json.h"

namespace answerback::probes {
namespace {

namespace json = boost::json;

using Said = std::expected<json::object, Failure>;

// The worker's one answer, or why there is none by `until`.
asio::awaitable<Said> ask(Run& run, net::Workers& workers, std::string request, Steady until) {
  Said said = std::unexpected(Failure{Reason::query_timeout, "it did not answer in time"});
  const auto on_line = [&](std::string_view line) {
    run.evidence.received(line.size());
    const auto document = parse_json(line);
    said = document && document->is_object()
               ? Said(document->get_object())
               : std::unexpected(Failure{Reason::internal, "the worker's answer is no object"});
    return false;
  };
  const auto called = co_await within(
      run.clock, until, workers.call(run, {.request = std::move(request), .phase = Phase::query}, on_line));
  if (called && !*called) co_return std::unexpected(called->error());
  if (said)
    if (const std::string error = text(member(json::value(*said), {"error"})); !error.empty())
      co_return std::unexpected(Failure{Reason::no_database, one_line(error, 200)});
  co_return said;
}

std::string window(std::string_view which, const json::value& said,
                   const std::optional<std::uint64_t>& limit) {
  const auto spent = count(member(&said, std::string(which) + "_spent"));
  return std::to_string(spent.value_or(0)) + " of " + std::to_string(limit.value_or(0)) + " tokens of this " +
         std::string(which) + " are spent by all replicas";
}

ProbeResult adopted(const json::value& said) {
  constexpr std::array verdicts{Verdict::pass, Verdict::warn, Verdict::fail};
  const std::string wanted = text(member(&said, "verdict"));
  const auto verdict = std::ranges::find(verdicts, wanted, [](Verdict v) { return name(v); });
  const auto reason = reason_named(text(member(&said, "reason")));
  if (verdict == verdicts.end() || !reason)
    return ProbeResult::unknown(Reason::internal, "a replica left a result there is none of");
  const auto age = count(member(&said, "age_s"));
  return {*verdict, *reason,
          text(member(&said, "detail")) + " (by a replica, " + std::to_string(age.value_or(0)) + " s ago)"};
}

Steady soon(const Run& run) {
  const Steady now = run.clock.now();
  return now + std::min<Duration>(std::chrono::seconds(2), std::max(Duration{}, run.deadline - now) / 4);
}

json::value or_null(const std::optional<std::uint64_t>& limit) {
  return limit ? json::value(*limit) : json::value(nullptr);
}

}  // namespace

std::optional<LlmReplicasSettings> read_replicas(config::Fields& fields) {
  config::Fields replicas =
      fields.child("replicas", "several answerbacks share the budget and the run through a PostgreSQL");
  LlmReplicasSettings settings;
  settings.dsn = replicas.secret("dsn",
                                 "the database; needs the right to create answerback_llm_replicas, or that "
                                 "table");
  settings.name =
      replicas.text("name", fields.owner(), "what they share it under; left out: the probe's name");
  settings.fresh =
      replicas.duration("fresh", std::chrono::seconds(50),
                        "how long a generation of one counts for all: a little less than interval");
  return settings.dsn.empty() ? std::nullopt : std::optional(std::move(settings));
}

asio::awaitable<std::expected<LlmClaim, Failure>> LlmReplicas::claim(Run& run, std::uint64_t tokens) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(run.deadline - run.clock.now());
  const Said answer = co_await ask(
      run, workers_,
      json::serialize(json::object{
          {"type", "llm_replicas"},
          {"do", "claim"},
          {"dsn", settings_.dsn.reveal()},
          {"name", settings_.name},
          {"tokens", tokens},
          {"per_hour", or_null(limits_.per_hour)},
          {"per_day", or_null(limits_.per_day)},
          {"fresh_ms", std::chrono::duration_cast<std::chrono::milliseconds>(settings_.fresh).count()},
          {"left_ms", left.count()}}),
      soon(run));
  if (!answer) co_return std::unexpected(answer.error());
  const json::value said(*answer);
  LlmClaim claim{
      .kind = LlmClaim::Kind::busy, .hour = text(member(&said, "hour")), .day = text(member(&said, "day"))};
  const std::string kind = text(member(&said, "kind"));
  if (kind == "go") {
    claim.kind = LlmClaim::Kind::go;
    claim.tokens = tokens;
  } else if (kind == "seen") {
    claim.kind = LlmClaim::Kind::seen;
    claim.result = adopted(said);
  } else if (kind == "spent") {
    claim.kind = LlmClaim::Kind::spent;
    const bool by_hour = text(member(&said, "window")) == "hour";
    claim.words = by_hour ? window("hour", said, limits_.per_hour) : window("day", said, limits_.per_day);
  } else if (kind != "busy") {
    co_return std::unexpected(Failure{Reason::internal, "the worker's answer is none we know"});
  }
  co_return claim;
}

asio::awaitable<void> LlmReplicas::settle(Run& run, const LlmClaim& claim, std::uint64_t tokens,
                                          const ProbeResult& result) {
  co_await ask(run, workers_,
               json::serialize(json::object{{"type", "llm_replicas"},
                                            {"do", "settle"},
                                            {"dsn", settings_.dsn.reveal()},
                                            {"name", settings_.name},
                                            {"booked", claim.tokens},
                                            {"tokens", tokens},
                                            {"hour", claim.hour},
                                            {"day", claim.day},
                                            {"verdict", name(result.verdict)},
                                            {"reason", name(result.reason)},
                                            {"detail", one_line(result.detail, 1000)}}),
               soon(run));
}

}  // namespace answerback::probes
