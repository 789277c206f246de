// Programs that behave and programs that do not, run by the real worker.

#include "probes/exec/exec.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include <filesystem>
#include <fstream>

#include "probe/within.h"
#include "probes/one_run.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

class Exec : public testing::Test {
 protected:
  Seen run(const std::string& keys, Duration timeout = 5s) {
    Reading reading(keys);
    const std::unique_ptr<Probe> probe = exec.make(reading.fields(), loop_.services);
    reading.fields().finish();
    EXPECT_TRUE(reading.ok()) << reading.text();
    Seen seen;
    answerback::Run one{loop_.clock, loop_.clock.now() + timeout, seen.phases, seen.evidence,
                        RunId{{1}, {1}}};
    auto result = test::finish(loop_.io, within(loop_.clock, one.deadline, probe->run(one)));
    if (result) seen.result = *std::move(result);
    took_ = loop_.clock.now() - (one.deadline - timeout);
    return seen;
  }
  Seen shell(const std::string& script, const std::string& keys = "", Duration timeout = 5s) {
    std::ofstream(folder_ + "/script.sh") << script << '\n';
    return run("command: [sh, " + folder_ + "/script.sh]" + (keys.empty() ? "" : "\n    " + keys), timeout);
  }
  std::string made(const std::string& name) const {
    std::ifstream file(folder_ + "/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // Neither running nor a zombie: later workers end, and what earlier ones left is collected with them.
  bool gone(pid_t pid) {
    for (int i = 0; i < 100 && kill(pid, 0) == 0; ++i) shell("exit 0");
    return kill(pid, 0) != 0;
  }
  Exec() {
    prctl(PR_SET_CHILD_SUBREAPER, 1);  // as the daemon is
    EXPECT_TRUE(mkdtemp(folder_.data()));
  }
  ~Exec() override { std::filesystem::remove_all(folder_); }

  Loop loop_{ANSWERBACK_WORKER};
  std::string folder_ = "/tmp/answerback-exec-XXXXXX";
  Duration took_{};
};

TEST_F(Exec, APluginIsReadWithItsNumbers) {
  const Seen seen = shell("echo 'DISK WARNING - 9% free | free=9%;10;5 '; echo seen >&2; exit 1");
  EXPECT_EQ(seen.result.verdict, Verdict::warn);
  EXPECT_EQ(seen.result.detail, "DISK WARNING - 9% free");
  ASSERT_EQ(seen.evidence.samples().size(), 1U);
  EXPECT_EQ(seen.evidence.samples()[0].label, "free (%)");
  EXPECT_EQ(seen.evidence.frames().size(), 2U);
  EXPECT_GT(seen.evidence.bytes_received(), 0U);
  EXPECT_EQ(seen.phases.current(), Phase::execute);
}

TEST_F(Exec, NothingOfOurEnvironmentIsHandedOnAndWhatIsNamedIsMasked) {
  setenv("ANSWERBACK_PLANTED", "leaked", 1);
  const Seen seen = shell("env; exit 0", "environment: {TOKEN: hunter22}");
  const std::string& text = seen.evidence.frames().front().text;
  EXPECT_THAT(text, HasSubstr("TOKEN=<secret>"));
  EXPECT_THAT(text, HasSubstr("TRACEPARENT=00-01"));
  EXPECT_THAT(text, Not(HasSubstr("leaked")));
  EXPECT_THAT(text, Not(HasSubstr("hunter22")));
}

TEST_F(Exec, ReadsItsInput) {
  EXPECT_EQ(shell("read line; echo \"$line!\"", "input: hello").result.detail, "hello!");
}

TEST_F(Exec, ANullCommandOrAMissingProgramIsNoFaultOfTheTarget) {
  const Seen missing = run("command: [/no/such/program]");
  EXPECT_EQ(missing.result.verdict, Verdict::unknown);
  EXPECT_THAT(missing.result.detail, HasSubstr("/no/such/program: No such file"));
  const Seen crashed = shell("kill -SEGV $$");
  EXPECT_EQ(crashed.reason(), "worker_died");
  EXPECT_THAT(crashed.result.detail, HasSubstr("SIGSEGV"));
}

TEST_F(Exec, OutputIsCapped) {
  const Seen seen = shell("yes 0123456789 | head -c 3000000; exit 0");
  EXPECT_EQ(seen.result.verdict, Verdict::pass);
  EXPECT_EQ(seen.evidence.frames().front().label, "output (cut)");
}

TEST_F(Exec, AtTheDeadlineTheProgramAndItsChildrenAreKilled) {
  const Seen seen =
      shell("sleep 300 & echo $! >" + folder_ + "/child; echo $$ >" + folder_ + "/self; wait", "", 500ms);
  EXPECT_EQ(seen.result.reason, Reason::no_evidence);  // what the runner makes a timeout of
  EXPECT_LT(took_, 900ms);
  EXPECT_EQ(seen.phases.late(), Reason::read_timeout);
  EXPECT_TRUE(gone(std::stoi(made("self"))));
  EXPECT_TRUE(gone(std::stoi(made("child"))));
}

TEST_F(Exec, ChildrenLeftBehindNeitherDelayTheResultNorOutliveIt) {
  const Seen seen = shell("sleep 300 & echo $! >" + folder_ + "/child; echo done; exit 0");
  EXPECT_EQ(seen.result.detail, "done");
  EXPECT_LT(took_, 2s);
  EXPECT_TRUE(gone(std::stoi(made("child"))));
}

TEST_F(Exec, DebiansOwnPluginsRunUnchanged) {
  const std::string plugins = "/usr/lib/nagios/plugins/";
  if (!std::filesystem::exists(plugins + "check_load"))
    GTEST_SKIP() << "no monitoring-plugins on this machine";
  const Seen load = run("command: [" + plugins + "check_load, -w, '1000', -c, '1000']");
  EXPECT_EQ(load.result.verdict, Verdict::pass) << load.result.detail;
  EXPECT_THAT(load.result.detail, HasSubstr("OK"));
  ASSERT_EQ(load.evidence.samples().size(), 3U);
  EXPECT_EQ(load.evidence.samples()[0].label, "load1");
  const Seen refused = run("command: [" + plugins + "check_tcp, -H, 127.0.0.1, -p, '1']");
  EXPECT_EQ(refused.result.verdict, Verdict::fail);
  EXPECT_THAT(refused.result.detail, HasSubstr("refused"));
  EXPECT_EQ(run("command: [" + plugins + "check_dummy, '1', half]").result.verdict, Verdict::warn);
}

TEST(ReadExec, MistakesAreTold) {
  Loop loop;
  for (const auto& [keys, message] : std::initializer_list<std::pair<std::string, std::string>>{
           {"format: nagios", "required: [program, arguments…]"},
           {"command: [x]\n    format: xml", "format"},
           {"command: [x]\n    environment: {'A=B': c}", "no name of a variable"},
           {"command: [x]\n    enviroment: {A: c}", "did you mean \"environment\""},
       }) {
    Reading reading(keys);
    exec.make(reading.fields(), loop.services);
    reading.fields().finish();
    EXPECT_THAT(reading.text(), HasSubstr(message)) << keys;
  }
}

}  // namespace
}  // namespace answerback::probes
