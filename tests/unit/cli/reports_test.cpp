#include "cli/reports.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "unit/cli/some_run.h"

namespace answerback::cli {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

Plan plan_of(std::initializer_list<std::string> names) {
  Plan plan;
  plan.service = "chat & \"more\"";
  for (const std::string& name : names) plan.probes.push_back(some_probe(name));
  return plan;
}

TEST(RunJson, HoldsTheWholeRunOnOneLine) {
  RunRecord run = some_run(0, ProbeResult::fail(Reason::status, "status 503\n"));
  run.frames = {{run.started + 1ms, "response", "HTTP 503\n\nno"}};
  run.samples = {{Measure::http_status, 503, ""}, {Measure::stage_duration, 0.5, "thinking"}};
  const std::string line = run_json(some_probe("auth"), run);
  EXPECT_THAT(line, Not(HasSubstr("\n")));
  const auto json = boost::json::parse(line);
  EXPECT_EQ(json.at("probe").as_string(), "auth");
  EXPECT_EQ(json.at("type").as_string(), "http");
  EXPECT_EQ(json.at("verdict").as_string(), "fail");
  EXPECT_EQ(json.at("reason").as_string(), "status");
  EXPECT_EQ(json.at("phase").as_string(), "processing");
  EXPECT_EQ(json.at("began").as_string(), "2026-11-18T11:06:40Z");
  EXPECT_NEAR(json.at("duration_seconds").as_double(), 0.0123, 1e-9);
  EXPECT_EQ(json.at("phases").as_array().size(), 2u);
  EXPECT_NEAR(json.at("phases").as_array()[1].at("offset_seconds").as_double(), 0.0003, 1e-9);
  EXPECT_EQ(json.at("frames").as_array()[0].at("text").as_string(), "HTTP 503\n\nno");
  EXPECT_FALSE(json.at("samples").as_array()[0].as_object().contains("label"));
  EXPECT_EQ(json.at("samples").as_array()[1].at("label").as_string(), "thinking");
  EXPECT_EQ(json.at("bytes_received").as_int64(), 200);
  EXPECT_EQ(json.at("trace_id").as_string(),
            std::string(16, 'a').replace(0, 16, "abababababababab") + "abababababababab");
}

struct Worst {
  std::vector<Verdict> verdicts;
  int code;
};
class NagiosCode : public testing::TestWithParam<Worst> {};

TEST_P(NagiosCode, IsTheWorst) {
  const Plan plan = plan_of({"a"});
  std::vector<RunRecord> runs;
  for (const Verdict verdict : GetParam().verdicts) runs.push_back(some_run(0, {verdict, Reason::slow, ""}));
  EXPECT_EQ(nagios(plan, runs).code, GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(Reports, NagiosCode,
                         testing::Values(Worst{{}, 3}, Worst{{Verdict::pass}, 0},
                                         Worst{{Verdict::pass, Verdict::warn}, 1},
                                         Worst{{Verdict::unknown, Verdict::warn}, 3},
                                         Worst{{Verdict::unknown, Verdict::fail, Verdict::pass}, 2}));

TEST(Nagios, FirstLineHoldsTextAndPerfdata) {
  const Plan plan = plan_of({"auth", "db"});
  const std::vector runs{some_run(0, ProbeResult::pass("status 200")),
                         some_run(1, ProbeResult::fail(Reason::assertion, "got a|b"))};
  EXPECT_EQ(nagios(plan, runs).text,
            "CRITICAL - db: FAIL assertion at processing after 12.3 ms: got a/b"
            "|'auth'=0.012300s;;;0;5.000 'db'=0.012300s;;;0;5.000\n"
            "auth: PASS in 12.3 ms: status 200\n"
            "db: FAIL assertion at processing after 12.3 ms: got a/b\n");
}

TEST(JUnit, CountsAndEscapes) {
  const Plan plan = plan_of({"a", "b", "c", "d"});
  const std::vector runs{some_run(0, ProbeResult::pass()),
                         some_run(1, ProbeResult::fail(Reason::assertion, "<\x01&\">\xff")),
                         some_run(2, ProbeResult::unknown(Reason::no_evidence, "")),
                         some_run(3, ProbeResult::warn(Reason::slow, "\uFFFF"))};
  const std::string xml = junit(plan, runs, false);
  EXPECT_THAT(
      xml, HasSubstr(R"(<testsuite name="chat &amp; &quot;more&quot;" tests="4" failures="1" errors="1")"));
  EXPECT_THAT(xml, HasSubstr(R"(<failure type="assertion" message="b: FAIL assertion)"));
  EXPECT_THAT(xml, HasSubstr("&lt;\\x01&amp;&quot;&gt;\uFFFD"));
  EXPECT_THAT(xml, HasSubstr(R"(<error type="no_evidence")"));
  EXPECT_THAT(xml, Not(HasSubstr("\uFFFF")));
  EXPECT_THAT(xml, Not(HasSubstr("type=\"slow\"")));
  EXPECT_THAT(junit(plan, runs, true), HasSubstr("failures=\"2\""));
  EXPECT_THAT(junit(plan, runs, true), HasSubstr("type=\"slow\""));
}

}  // namespace
}  // namespace answerback::cli
