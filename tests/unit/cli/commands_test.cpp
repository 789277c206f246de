// `check`, `types`, and `probe` from a file.

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "cli/check.h"
#include "cli/make_probes.h"
#include "cli/probe.h"
#include "cli/types.h"
#include "unit/cli/scripted_probe.h"

namespace answerback::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Commands : public testing::Test {
 protected:
  ~Commands() override { std::filesystem::remove(file_); }
  void write(std::string_view text) { std::ofstream(file_) << text; }
  int check(bool print = false) {
    return check_command({.file = file_, .print = print}, no_environment, bench_.registry, bench_.services,
                         out_, err_);
  }
  int types(const TypesOptions& options) {
    return types_command(options, bench_.registry, bench_.services, out_, err_);
  }
  int probe(ProbeOptions options) {
    options.file = file_;
    return probe_command(options, no_environment, bench_.registry, bench_.services, bench_.io, bench_.clock,
                         out_, err_);
  }

  Bench bench_;
  std::filesystem::path file_ = testing::TempDir() + "answerback-" +
                                testing::UnitTest::GetInstance()->current_test_info()->name() + ".yaml";
  std::ostringstream out_, err_;
};

constexpr std::string_view good = R"(
service: chat
probes:
  - {name: a, type: scripted, says: fail, token: hunter2}
  - {name: b, type: scripted}
capabilities: [{name: answers, needs: [a]}]
groups: {readiness: {needs: [b]}}
)";

TEST_F(Commands, CheckSaysWhatThereIs) {
  write(good);
  EXPECT_EQ(check(), 0) << err_.str();
  EXPECT_EQ(out_.str(), file_.string() + ": ok: 2 probes, 1 capability, 1 group\n");
  EXPECT_THAT(err_.str(), IsEmpty());
}

TEST_F(Commands, CheckRunsNothing) {
  write(good);
  check();
  EXPECT_EQ(bench_.io.poll(), 0u);
}

TEST_F(Commands, CheckPrintsTheEffectiveConfigurationWithoutSecrets) {
  write(good);
  EXPECT_EQ(check(true), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("<secret>"));
  EXPECT_THAT(out_.str(), HasSubstr("says: pass"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("hunter2")));
}

TEST_F(Commands, CheckTellsEveryErrorAtOnce) {
  write(R"(
service: chat
probes:
  - {name: a, type: scripted, say: fail}
  - {name: b, type: scripted, says: perhaps}
  - {name: c, type: scriptd}
)");
  EXPECT_EQ(check(), 1);
  EXPECT_THAT(out_.str(), IsEmpty());
  EXPECT_THAT(err_.str(), HasSubstr("probes[0].say: unknown key (did you mean \"says\"?)"));
  EXPECT_THAT(err_.str(), HasSubstr("probes[1].says"));
  EXPECT_THAT(err_.str(), HasSubstr("did you mean \"scripted\"?"));
  EXPECT_EQ(err_.str().find("probes[2].type"), err_.str().rfind("probes[2].type")) << "told once";
}

TEST_F(Commands, ProbesAreMadeInTheOrderOfTheFile) {
  write(good);
  config::Diagnostics diagnostics;
  config::Config config = config::load(file_, no_environment, bench_.registry.names(), diagnostics);
  const auto probes = make_probes(config, bench_.registry, bench_.services, diagnostics).probes;
  EXPECT_TRUE(diagnostics.ok()) << diagnostics.text();
  ASSERT_EQ(probes.size(), 2u);
  EXPECT_NE(probes[0], nullptr);
  EXPECT_NE(probes[1], nullptr);
}

TEST_F(Commands, ProbeRunsFromTheFile) {
  write(good);
  EXPECT_EQ(probe({.names = {"b"}}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("b: PASS"));
  EXPECT_EQ(probe({}), 1);
}

TEST_F(Commands, ProbeCannotTellFromABrokenFile) {
  write("service: chat\nprobes: 7\n");
  EXPECT_EQ(probe({}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("probes"));
}

TEST_F(Commands, TypesTellsKeysDefaultsAndReasons) {
  EXPECT_EQ(types({}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("scripted: says what it was told to\n"));
  EXPECT_THAT(out_.str(), HasSubstr("default pass"));
  EXPECT_THAT(out_.str(), HasSubstr("its verdict\n"));
  EXPECT_THAT(out_.str(), HasSubstr("auth          " + std::string(meaning(Reason::auth))));
  EXPECT_THAT(out_.str(), HasSubstr(meaning(Reason::connect_refused)));
}

TEST_F(Commands, TypesAsAPageEscapesBars) {
  EXPECT_EQ(types({.markdown = true}), 0);
  EXPECT_THAT(out_.str(), HasSubstr("## scripted\n"));
  EXPECT_THAT(out_.str(), HasSubstr("a secret, or \\| not |\n"));
  EXPECT_THAT(out_.str(), HasSubstr("| `connect_refused` |"));
}

TEST_F(Commands, TypesKnowsItsOwn) {
  EXPECT_EQ(types({.names = {"scriptd"}}), 2);
  EXPECT_EQ(err_.str(), "answerback: unknown probe type \"scriptd\" (did you mean \"scripted\"?)\n");
}

}  // namespace
}  // namespace answerback::cli
