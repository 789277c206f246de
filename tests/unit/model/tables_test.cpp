#include <gtest/gtest.h>

#include <set>

#include "model/measure.h"
#include "model/phase.h"
#include "model/reason.h"
#include "model/result.h"

namespace answerback {
namespace {

TEST(Reasons, AreTheClosedListInItsLayers) {
  const std::vector<std::pair<std::string, std::string>> closed_list{
      {"network",
       "dns_nxdomain dns_failure dns_timeout connect_refused connect_timeout unreachable reset "
       "read_timeout "},
      {"TLS", "tls_expired tls_not_yet_valid tls_untrusted tls_host_mismatch tls_protocol tls_timeout "},
      {"protocol", "protocol too_large truncated status assertion slow "},
      {"access", "auth auth_bypass quota rate_limited forbidden "},
      {"WebSocket", "upgrade_refused subprotocol no_welcome closed heartbeat_lost degraded_notice "},
      {"agent",
       "no_start request_dropped request_unrecognised stalled tool_stuck chain_order chain_incomplete "
       "agent_error "
       "answer_wrong synthetic late misrouted isolation_breach contract_drift "},
      {"LLM",
       "model_not_found bad_request overloaded upstream_error empty_completion content_filter budget_spent "},
      {"database",
       "no_database too_many_connections not_ready read_only missing_table query_timeout auth_downgrade "},
      {"between probes", "ready_lies auth_split_brain app_layer edge_path "},
      {"ourselves", "not_looking no_evidence worker_died internal "}};
  std::vector<std::pair<std::string, std::string>> seen;
  for (const ReasonInfo& row : reasons().subspan(1)) {
    if (seen.empty() || seen.back().first != row.layer) seen.emplace_back(row.layer, "");
    seen.back().second += std::string(row.name) + " ";
  }
  EXPECT_EQ(seen, closed_list);
}

TEST(Reasons, AreFoundByTheirNames) {
  for (const ReasonInfo& row : reasons()) {
    EXPECT_EQ(reason_named(row.name), row.reason);
    EXPECT_EQ(name(row.reason), row.name);
    EXPECT_EQ(meaning(row.reason), row.meaning);
    EXPECT_EQ(row.meaning.find('\n'), std::string_view::npos);
  }
  EXPECT_EQ(name(Reason::none), "");
  EXPECT_EQ(reason_named("connect_refusd"), std::nullopt);
}

TEST(Reasons, OnlyThoseThatPassByThemselvesDegradeFirst) {
  for (const ReasonInfo& row : reasons()) {
    EXPECT_EQ(pages_at_once(row.reason), row.name == "isolation_breach" || row.name == "auth_bypass")
        << row.name;
    EXPECT_EQ(degrades_first(row.reason), row.name == "rate_limited" || row.name == "overloaded") << row.name;
  }
}

TEST(PhaseTable, NamesEveryPhase) {
  EXPECT_EQ(phases().size(), 36u);
  EXPECT_EQ(phases().front(), Phase::prepare);
  EXPECT_EQ(phases().back(), Phase::close);
  std::set<std::string_view> names;
  for (const Phase phase : phases()) names.insert(name(phase));
  EXPECT_EQ(names.size(), phases().size());
  EXPECT_EQ(name(Phase::first_token), "first_token");
  EXPECT_EQ(meaning(Phase::connect), "opening the connection");
}

TEST(PhaseTable, ADeadlineTakesTheReasonOfItsStage) {
  EXPECT_EQ(late_in(Phase::resolve), Reason::dns_timeout);
  EXPECT_EQ(late_in(Phase::connect), Reason::connect_timeout);
  EXPECT_EQ(late_in(Phase::tls), Reason::tls_timeout);
  EXPECT_EQ(late_in(Phase::processing), Reason::read_timeout);
  EXPECT_EQ(late_in(Phase::welcome), Reason::no_welcome);
  EXPECT_EQ(late_in(Phase::dispatch), Reason::no_start);
  EXPECT_EQ(late_in(Phase::chain), Reason::stalled);
  EXPECT_EQ(late_in(Phase::query), Reason::query_timeout);
  EXPECT_EQ(late_in(Phase::queue), Reason::internal) << "our own delay is not the target's fault";
  for (const Phase phase : phases()) EXPECT_NE(late_in(phase), Reason::none) << name(phase);
}

TEST(Measures, HaveNamesAndUnits) {
  EXPECT_EQ(name(Measure::http_status), "http_status");
  EXPECT_EQ(unit(Measure::http_status), "");
  EXPECT_EQ(name(Measure::budget_remaining_tokens), "budget_remaining_tokens");
  EXPECT_EQ(unit(Measure::stage_duration), "seconds");
  EXPECT_EQ(unit(Measure::stages_reached), "ratio");
}

TEST(RunIds, AreWrittenAsTraceContext) {
  RunId id;
  for (std::size_t i = 0; i < id.trace.size(); ++i) id.trace[i] = static_cast<std::uint8_t>(i * 16 + i);
  id.span = {0, 1, 2, 3, 0xFC, 0xFD, 0xFE, 0xFF};
  EXPECT_EQ(trace_id(id), "00112233445566778899aabbccddeeff");
  EXPECT_EQ(traceparent(id), "00-00112233445566778899aabbccddeeff-00010203fcfdfeff-01");
}

}  // namespace
}  // namespace answerback
