#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/config/harness.h"

namespace answerback::config::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string service(const std::string& written_as, const Variables& variables = {}) {
  const Written written("service: " + written_as, variables);
  return written.text().empty() ? written.loaded.config.plan.service : "error: " + written.text();
}

TEST(Interpolate, FillsIn) {
  EXPECT_EQ(service("${A}", {{"A", "x"}}), "x");
  EXPECT_EQ(service("a${A}b${B}c", {{"A", "1"}, {"B", "2"}}), "a1b2c");
  EXPECT_EQ(service("${A:-d}"), "d");
  EXPECT_EQ(service("${A:-d}", {{"A", ""}}), "d") << "as in a shell: unset or empty";
  EXPECT_EQ(service("x${A:-}y"), "xy");
  EXPECT_EQ(service("\"${A:-a:-b}\""), "a:-b");
  EXPECT_EQ(service("'${A}'", {{"A", "single quotes too"}}), "single quotes too");
}

TEST(Interpolate, DollarsThatAreNoVariable) {
  EXPECT_EQ(service("$${A}"), "${A}");
  EXPECT_EQ(service("a$${b}${C}", {{"C", "$${x}"}}), "a${b}$${x}")
      << "what is filled in is not filled in again";
  EXPECT_EQ(service("$A $ $$ 5$"), "$A $ $$ 5$");
}

TEST(Interpolate, AValueBringsNoStructure) {
  const Written written("service: ${A}\nstate_dir: \"${B}\"\n",
                        {{"A", "x\nlisten: 1.2.3.4:5"}, {"B", "a: [b, c]\" # d"}});
  EXPECT_EQ(written.text(), "");
  EXPECT_EQ(written.loaded.config.plan.service, "x\nlisten: 1.2.3.4:5");
  EXPECT_EQ(written.loaded.config.listen, "0.0.0.0:9797");
  EXPECT_EQ(written.loaded.config.state_dir, "a: [b, c]\" # d");
}

TEST(Interpolate, IsTypedByItsTextOnlyWhereItStandsAlone) {
  const std::string probe = "probes: \n  - name: a\n    type: plain\n    fall: ";
  EXPECT_EQ(Written(probe + "${N}\n", {{"N", "7"}}).loaded.config.plan.probes[0].thresholds.fall, 7);
  // Within { } a variable cannot stand without quotes.
  EXPECT_EQ(Written(probe + "\"${N}\"\n", {{"N", "7"}}).loaded.config.plan.probes[0].thresholds.fall, 7);
  EXPECT_EQ(Written(probe + "'${N:-7}'\n").loaded.config.plan.probes[0].thresholds.fall, 7);
  EXPECT_FALSE(
      Written(probe + "1\n    critical: '${B}'\n", {{"B", "false"}}).loaded.config.plan.probes[0].critical);
  EXPECT_THAT(Written(probe + "\"1${N}\"\n", {{"N", "7"}}).text(), HasSubstr("take the quotes away"));
  EXPECT_THAT(Written(probe + "\"$${N}\"\n", {{"N", "7"}}).text(), HasSubstr("take the quotes away"));
  EXPECT_THAT(Written(probe + "1${N}\n", {{"N", "7"}}).text(), HasSubstr("not an integer"));
}

TEST(Interpolate, Files) {
  const auto folder = fresh_folder();
  write(folder / "one", "hunter2\n");
  write(folder / "two", "a\n\n");
  write(folder / "nul", std::string("a\0b", 3));
  const std::string at = folder.string() + "/";
  EXPECT_EQ(service("${file:" + at + "one}"), "hunter2");
  EXPECT_EQ(service("\"${file:" + at + "one}!\""), "hunter2!");
  EXPECT_EQ(service("${file:" + at + "two}"), "a\n") << "one line end is dropped";
  EXPECT_THAT(service("${file:" + at + "nul}"), HasSubstr("NUL"));
  EXPECT_THAT(service("${file:" + at + "none}"), HasSubstr("none}: no such file"));

  write(folder / "config.yaml", "service: ${file:one}\n");
  Loaded before, after;
  load_all(folder / "config.yaml", {}, before);
  EXPECT_EQ(before.config.plan.service, "hunter2");
  EXPECT_THAT(before.config.text, Not(HasSubstr("hunter2")));
  write(folder / "one", "changed\n");
  load_all(folder / "config.yaml", {}, after);
  EXPECT_NE(before.config.text, after.config.text) << "a reload must see that a secret has changed";
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace answerback::config::testing
