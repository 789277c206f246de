#include "cli/probe.h"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "unit/cli/scripted_probe.h"
#include "unit/cli/some_run.h"

namespace answerback::cli {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class RunProbes : public testing::Test {
 protected:
  ScriptedProbe& add(std::string name, ProbeResult result, bool waits = false) {
    auto probe = std::make_shared<ScriptedProbe>(std::move(result), waits);
    plan_->probes.push_back(some_probe(std::move(name), "scripted"));
    plan_->probes.back().timeout = waits ? 20ms : 5s;
    probes_.push_back(probe);
    return *probe;
  }

  int run(const ProbeOptions& options) {
    return run_probes(options, {plan_, probes_}, bench_.io, bench_.clock, bench_.random, out_, err_);
  }

  Bench bench_;
  std::shared_ptr<Plan> plan_ = std::make_shared<Plan>();
  std::vector<std::shared_ptr<Probe>> probes_;
  std::ostringstream out_, err_;
};

TEST_F(RunProbes, RunsEachOnceAndPrintsItsTimeline) {
  const auto& a = add("a", ProbeResult::pass("fine"));
  const auto& b = add("b", ProbeResult::pass());
  EXPECT_EQ(run({}), 0);
  EXPECT_EQ(a.runs, 1);
  EXPECT_EQ(b.runs, 1);
  EXPECT_THAT(out_.str(), HasSubstr("a (scripted)\n"));
  EXPECT_THAT(out_.str(), HasSubstr("processing"));
  EXPECT_THAT(out_.str(), HasSubstr("a: PASS in "));
  EXPECT_THAT(out_.str(), HasSubstr(": fine\n"));
  EXPECT_THAT(out_.str(), HasSubstr("b: PASS in "));
  EXPECT_THAT(err_.str(), IsEmpty());
}

TEST_F(RunProbes, RunsOnlyTheNamedAsOftenAsAsked) {
  const auto& a = add("a", ProbeResult::pass());
  const auto& b = add("b", ProbeResult::pass());
  EXPECT_EQ(run({.names = {"b", "b"}, .count = 3}), 0);
  EXPECT_EQ(a.runs, 0);
  EXPECT_EQ(b.runs, 3);
}

TEST_F(RunProbes, ExitCodeTellsTheWorst) {
  add("pass", ProbeResult::pass());
  add("warn", ProbeResult::warn(Reason::slow, ""));
  add("unknown", ProbeResult::unknown(Reason::not_looking, ""));
  add("fail", ProbeResult::fail(Reason::status, ""));
  EXPECT_EQ(run({.names = {"pass", "warn"}}), 0);
  EXPECT_EQ(run({.names = {"pass", "warn"}, .strict = true}), 1);
  EXPECT_EQ(run({.names = {"pass", "unknown"}}), 2);
  EXPECT_EQ(run({.names = {"unknown", "fail"}}), 1);
}

TEST_F(RunProbes, ARunEndsAtItsTimeout) {
  add("slow", ProbeResult::pass(), true);
  EXPECT_EQ(run({}), 1);
  EXPECT_THAT(out_.str(), HasSubstr("slow: FAIL read_timeout at processing after "));
}

TEST_F(RunProbes, UnknownNameIsToldWithTheNearest) {
  const auto& probe = add("websocket", ProbeResult::pass());
  EXPECT_EQ(run({.names = {"websocket", "websokcet"}}), 2);
  EXPECT_EQ(err_.str(), "answerback: unknown probe \"websokcet\" (did you mean \"websocket\"?)\n");
  EXPECT_EQ(probe.runs, 0);
}

TEST_F(RunProbes, NothingToRunIsNotAPass) {
  EXPECT_EQ(run({}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("no probes"));
}

TEST_F(RunProbes, JsonIsOneObjectALine) {
  add("a", ProbeResult::pass());
  EXPECT_EQ(run({.count = 2, .json = true}), 0);
  const std::string text = out_.str();
  EXPECT_EQ(std::ranges::count(text, '\n'), 2);
  EXPECT_THAT(text, testing::StartsWith("{\"probe\":\"a\""));
}

TEST_F(RunProbes, NagiosPrintsItsLineAlone) {
  add("a", ProbeResult::warn(Reason::slow, "took long"));
  EXPECT_EQ(run({.nagios = true}), 1);
  EXPECT_THAT(out_.str(), testing::StartsWith("WARNING - a: WARN slow"));
}

TEST_F(RunProbes, JUnitIsWrittenBesideTheTimeline) {
  add("a", ProbeResult::pass());
  const std::string path = testing::TempDir() + "answerback-junit.xml";
  EXPECT_EQ(run({.count = 2, .junit = path}), 0);
  std::stringstream file;
  file << std::ifstream(path).rdbuf();
  EXPECT_THAT(file.str(), HasSubstr("tests=\"2\" failures=\"0\""));
  EXPECT_THAT(out_.str(), HasSubstr("a: PASS"));
  std::filesystem::remove(path);
}

TEST_F(RunProbes, AReportThatCannotBeWrittenIsNotAPass) {
  add("a", ProbeResult::pass());
  EXPECT_EQ(run({.junit = "/nonexistent/junit.xml"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("cannot write /nonexistent/junit.xml"));
}

TEST(WantsColour, OnATerminalUnlessToldOtherwise) {
  const auto with = [](std::string name, std::string value) {
    return [=](const std::string& asked) { return asked == name ? std::optional(value) : std::nullopt; };
  };
  EXPECT_TRUE(wants_colour(true, no_environment));
  EXPECT_FALSE(wants_colour(false, no_environment));
  EXPECT_FALSE(wants_colour(true, with("NO_COLOR", "1")));
  EXPECT_TRUE(wants_colour(true, with("NO_COLOR", "")));
  EXPECT_FALSE(wants_colour(true, with("TERM", "dumb")));
}

}  // namespace
}  // namespace answerback::cli
