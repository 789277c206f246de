#include "sinks/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "support/snapshot_builder.h"

namespace answerback::sinks {
namespace {

using testing::HasSubstr;
using testing::Not;

// Every kind of series there is.
test::SnapshotBuilder everything() {
  test::SnapshotBuilder given;
  const ProbeId db = given.probe({.name = "db",
                                  .health = Health::down,
                                  .reason = Reason::connect_refused,
                                  .phase = Phase::connect,
                                  .type = "postgres"});
  const ProbeId agent = given.probe({.name = "agent",
                                     .health = Health::down,
                                     .reason = Reason::no_start,
                                     .phase = Phase::dispatch,
                                     .depends_on = {db}});
  const ProbeId web = given.probe({.name = "web"});
  given.probe({.name = "new", .health = Health::unknown, .critical = false});
  given.capability("answers", 60, {agent});
  given.capability("pages", 40, {web});
  given.group("readiness", {db, web});
  given.group("pages", {web});

  given.plan.probes[web].labels = {{"team", "front \"end\"\n"}, {"probe", "clash"}, {"bad-name", "x"}};
  RunRecord run = *given.views[web].last;
  run.samples = {{Measure::certificate_expiry, 1.8e9, ""},
                 {Measure::stage_duration, 0.3, "agent_started"},
                 {Measure::stages_reached, 0.4, ""},
                 {Measure::time_to_first_token, 0.21, ""},
                 {Measure::output_tokens_per_second, 80, ""},
                 {Measure::input_tokens, 12, ""},
                 {Measure::output_tokens, 34, ""},
                 {Measure::budget_remaining_tokens, 19'954, ""},
                 {Measure::cost, 0.25, ""},
                 {Measure::longest_chunk_gap, 0.07, ""},
                 {Measure::requests_waiting, 12, ""},
                 {Measure::tls_unverified, 1, ""}};
  given.views[web].tally.count(run);
  given.views[web].tally.skipped_slots = 7;
  given.views[web].last = std::make_shared<const RunRecord>(run);
  given.ourselves.stalls = 2;
  given.ourselves.lag.observe(0.0007);
  return given;
}

TEST(Metrics, TellHowTellingOthersGoes) {
  const NotificationTally tally{
      {{.name = "chat", .counts = {.delivered = 3, .failed = 2, .dropped = 1}, .waiting = 4}}};
  const std::string page = render(*everything().build(), "1.2.3", {.notifications = &tally});
  for (const char* line : {
           "answerback_notifications_total{target=\"chat\",outcome=\"delivered\"} 3\n",
           "answerback_notifications_total{target=\"chat\",outcome=\"failed\"} 2\n",
           "answerback_notifications_total{target=\"chat\",outcome=\"dropped\"} 1\n",
           "answerback_notifications_queue{target=\"chat\"} 4\n",
       })
    EXPECT_THAT(page, HasSubstr(line));
  EXPECT_THAT(render(*everything().build(), "1.2.3"), Not(HasSubstr("answerback_notifications")));
}

TEST(Metrics, TellEveryProbe) {
  const std::string page = render(*everything().build(), "1.2.3");
  for (const char* line : {
           "answerback_probe_up{probe=\"db\"} 0\n",
           "answerback_probe_up{probe=\"web\",team=\"front \\\"end\\\"\\n\"} 1\n",
           "answerback_probe_up{probe=\"new\"} NaN\n",
           "answerback_probe_success{probe=\"agent\"} 0\n",
           "answerback_probe_health{probe=\"db\",health=\"down\"} 1\n",
           "answerback_probe_health{probe=\"db\",health=\"up\"} 0\n",
           "answerback_probe_runs_total{probe=\"db\",verdict=\"fail\",reason=\"connect_refused\"} 1\n",
           "verdict=\"pass\",reason=\"\"} 2\n",
           "answerback_probe_duration_seconds_count{probe=\"db\"} 1\n",
           "answerback_probe_duration_seconds_bucket{probe=\"db\",le=\"0.1\"} 0\n",
           "answerback_probe_duration_seconds_bucket{probe=\"db\",le=\"0.25\"} 1\n",
           "answerback_probe_duration_seconds_bucket{probe=\"db\",le=\"+Inf\"} 1\n",
           "answerback_probe_phase_duration_seconds{probe=\"agent\",phase=\"dispatch\"} 0.2",
           "answerback_probe_transitions_total{probe=\"db\"} 1\n",
           "answerback_probe_cause_info{probe=\"agent\",cause=\"db\",reason=\"connect_refused\"} 1\n",
           "answerback_probe_cause_info{probe=\"db\",cause=\"db\",reason=\"connect_refused\"} 1\n",
       }) {
    EXPECT_THAT(page, HasSubstr(line));
  }
  EXPECT_THAT(page, Not(HasSubstr("answerback_probe_success{probe=\"new\"")));
  EXPECT_THAT(page, Not(HasSubstr("clash")));
  EXPECT_THAT(page, Not(HasSubstr("bad-name")));
}

TEST(Metrics, TellWhatRunsMeasured) {
  const std::string page = render(*everything().build(), "1.2.3");
  for (const char* name :
       {"tls_certificate_expiry_timestamp_seconds", "agent_stages_reached_ratio",
        "llm_time_to_first_token_seconds", "llm_output_tokens_per_second", "llm_budget_remaining_tokens",
        "agent_stage_duration_seconds_bucket", "llm_tokens_total", "probe_last_pass_timestamp_seconds",
        "probe_last_run_timestamp_seconds", "probe_skipped_slots_total", "llm_cost_total",
        "llm_longest_chunk_gap_seconds", "llm_requests_waiting", "tls_unverified",
        "llm_time_to_first_chunk_seconds_bucket"}) {
    EXPECT_THAT(page, HasSubstr(std::string("\nanswerback_") + name + "{probe=\"web\""));
  }
}

TEST(Metrics, AreOpenMetricsWhereAskedFor) {
  const auto given = everything().build();
  const std::string page = render(*given, "1.2.3", {}, Exposition::openmetrics);
  const std::string trace = "# {trace_id=\"" + [] {
    std::string all;
    for (int i = 0; i < 16; ++i) all += "ab";
    return all;
  }() + "\"} ";
  for (const std::string& line : {
           std::string("# TYPE answerback_probe_runs counter\n"),
           std::string("# TYPE process_cpu_seconds counter\n"),
           "\nanswerback_probe_runs_total{probe=\"db\",verdict=\"fail\",reason=\"connect_refused\"} 1 " +
               trace + "1 1795348800.000\n",
           "\nanswerback_probe_duration_seconds_bucket{probe=\"db\",le=\"0.25\"} 1 " + trace +
               "0.25 1795348800.000\n",
           std::string("\nanswerback_probe_duration_seconds_bucket{probe=\"db\",le=\"1.0\"} 1\n"),
           std::string("\nanswerback_probe_duration_seconds_bucket{probe=\"db\",le=\"60.0\"} 1\n"),
           std::string("\nanswerback_probe_duration_seconds_bucket{probe=\"db\",le=\"+Inf\"} 1\n"),
           "\nanswerback_llm_time_to_first_chunk_seconds_bucket{probe=\"web\",team=\"front "
           "\\\"end\\\"\\n\",le=\"0."
           "32\"} 1 " +
               trace + "0.21 ",
           "stage=\"agent_started\",le=\"0.5\"} 1 " + trace + "0.3 ",
           std::string("\nanswerback_scheduler_lag_seconds_bucket{le=\"0.0005\"} 0\n"),
           std::string("\nanswerback_scheduler_lag_seconds_bucket{le=\"0.001\"} 1\n"),
           std::string("\nanswerback_probe_up{probe=\"new\"} NaN\n"),
       }) {
    EXPECT_THAT(page, HasSubstr(line));
  }
  EXPECT_TRUE(page.ends_with("\n# EOF\n"));
  EXPECT_THAT(page, Not(HasSubstr("_total counter\n")));

  const std::string text = render(*given, "1.2.3");
  for (const char* mark : {"trace_id", "# EOF", "le=\"1.0\"", "# TYPE answerback_probe_runs counter"})
    EXPECT_THAT(text, Not(HasSubstr(mark)));
}

TEST(Metrics, TellTheWholeAndOurselves) {
  const std::string page = render(*everything().build(), "1.2.3");
  for (const char* line : {
           "answerback_group_ready{group=\"readiness\"} 0\n",
           "answerback_group_ready{group=\"pages\"} 1\n",
           "answerback_capability_blocked{capability=\"answers\"} 1\n",
           "answerback_capability_blocked{capability=\"pages\"} 0\n",
           "answerback_value_ratio{state=\"working\"} 0.4",
           "answerback_value_ratio{state=\"blocked\"} 0.6",
           "answerback_value_ratio{state=\"unknown\"} 0\n",
           "answerback_scheduler_lag_seconds_bucket{le=\"0.001\"} 1\n",
           "answerback_loop_stalls_total 2\n",
           "answerback_config_last_reload_successful 1\n",
           "answerback_build_info{version=\"1.2.3\"",
           "\nprocess_open_fds ",
           "\nprocess_max_fds ",
           "\nprocess_cpu_seconds_total ",
           "\nprocess_resident_memory_bytes ",
           "\nprocess_start_time_seconds 1",
       }) {
    EXPECT_THAT(page, HasSubstr(line));
  }
}

TEST(Metrics, ARefusedConfigurationHasNoTimeOfSuccess) {
  auto given = everything();
  given.ourselves.reload = {.successful = false, .at = test::noon, .error = "line 3"};
  const std::string page = render(*given.build(), "1.2.3");
  EXPECT_THAT(page, HasSubstr("answerback_config_last_reload_successful 0\n"));
  EXPECT_THAT(page, Not(HasSubstr("reload_success_timestamp")));
}

TEST(Metrics, BeforeTheFirstSnapshotTellTheProcess) {
  const std::string page = render(Snapshot{}, "1.2.3");
  EXPECT_THAT(page, HasSubstr("\nprocess_open_fds "));
  EXPECT_THAT(page, Not(HasSubstr("answerback_probe")));
}

// A page of so many is made in pieces, which must not show.
TEST(Metrics, TellEachFamilyOnceHoweverManyProbesThereAre) {
  test::SnapshotBuilder given;
  for (int i = 0; i < 200; ++i) given.probe({.name = "p" + std::to_string(i)});
  const std::string page = render(*given.build(), "1.2.3");
  std::size_t at = page.find("# TYPE answerback_probe_up gauge\n");
  for (int i = 0; i < 200; ++i) {
    ASSERT_NE(at, std::string::npos) << i;
    at = page.find('\n', at) + 1;
    const std::string line = "answerback_probe_up{probe=\"p" + std::to_string(i) + "\"} 1\n";
    EXPECT_EQ(page.substr(at, line.size()), line);
  }
  EXPECT_EQ(page.find("# TYPE answerback_probe_up ", at), std::string::npos);
}

TEST(Metrics, HaveNoFamilyWithoutASample) {
  test::SnapshotBuilder given;
  given.probe({.name = "web"});
  const std::string page = render(*given.build(), "1.2.3");
  EXPECT_THAT(page, Not(HasSubstr("llm_")));
  EXPECT_THAT(page, Not(HasSubstr("certificate")));
}

TEST(Metrics, SatisfyPromtool) {
  if (std::system("command -v promtool >/dev/null") != 0) GTEST_SKIP() << "promtool is not installed";
  const std::string file = testing::TempDir() + "answerback_metrics_" + std::to_string(::getpid()) + ".txt";
  std::ofstream(file) << render(*everything().build(), "1.2.3");
  FILE* promtool = ::popen(("promtool check metrics <" + file + " 2>&1").c_str(), "r");
  ASSERT_NE(promtool, nullptr);
  std::string said;
  for (int c = 0; (c = std::fgetc(promtool)) != EOF;) said += static_cast<char>(c);
  EXPECT_EQ(::pclose(promtool), 0);
  EXPECT_EQ(said, "");
  std::remove(file.c_str());
}

TEST(Metrics, SaysWhetherHistoryIsKept) {
  const auto value = [](const Chronicle* chronicle) {
    return render(Snapshot{}, "1.2.3", {.chronicle = chronicle});
  };
  Chronicle chronicle;
  EXPECT_THAT(value(&chronicle), HasSubstr("\nanswerback_history_degraded 0\n"));
  chronicle.degraded = "disk full";
  EXPECT_THAT(value(&chronicle), HasSubstr("\nanswerback_history_degraded 1\n"));
  EXPECT_THAT(value(nullptr), Not(HasSubstr("history")));
}

}  // namespace
}  // namespace answerback::sinks
