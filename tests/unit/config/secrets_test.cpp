// No message shows a secret, wherever it stands and whatever is wrong beside it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/config/harness.h"

namespace answerback::config::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Secrets, InEveryPositionBesideEveryError) {
  const std::string secret = "hunter2";
  const std::vector<std::string> values = {"hunter2",
                                           "\"hunter2\"",
                                           "'hunter2'",
                                           "[hunter2]",
                                           "{hunter2: 1}",
                                           "{x: hunter2}",
                                           "[[hunter2]]",
                                           "\"${S}\"",
                                           "\"${NONE:-hunter2}\"",
                                           "*hunter2",
                                           "&hunter2 x",
                                           "!hunter2 x",
                                           "@hunter2",
                                           "%hunter2",
                                           "`hunter2`",
                                           "\"hunter2",
                                           "'hunter2",
                                           "\"\\hunter2\"",
                                           "hunter2: x",
                                           "x: hunter2",
                                           "{hunter2",
                                           "[hunter2",
                                           "{{hunter2}}",
                                           "x # hunter2",
                                           "\"http://u:hunter2@h\"",
                                           "a hunter2 b",
                                           "|\n hunter2",
                                           "- hunter2"};
  const std::vector<std::string> frames = {
      "probes: [{name: a, type: http, url: u, api_key: VALUE, bad: 1}]\n",
      "probes:\n  - name: a\n    type: http\n    url: u\n    api_key: VALUE\n    bad: 1\n",
      "probes: [{name: a, type: http, url: u, headers: {A: VALUE}, fall: x}]\n",
      "probes: [{name: a, type: http, url: u, headers: VALUE, fall: x}]\n",
      "credentials: {c: {token: VALUE, unknown: 1}}\n",
      "credentials: {c: {jwt: {secret: VALUE, unknown: 1}}}\n",
      "credentials: {c: {jwt: VALUE}}\n",
      "credentials: {c: VALUE}\n",
      "credentials: VALUE\n",
      "probes: [{api_key: VALUE}]\n",
  };
  for (const std::string& frame : frames) {
    for (const std::string& value : values) {
      std::string text = frame;
      text.replace(text.find("VALUE"), 5, value);
      const Written written(text, {{"S", secret}});
      // A key that is not known is named: that is the one thing a message is about.
      std::string shown = without(written.text(), "hunter2: unknown key");
      if (value == "{hunter2: 1}") continue;
      EXPECT_THAT(shown, Not(HasSubstr(secret))) << text;
    }
  }
}

TEST(Secrets, AProbesOwnErrorIsCleaned) {
  Loaded loaded;
  const auto folder = fresh_folder();
  write(folder / "config.yaml",
        "probes: [{name: a, type: plain, url: \"${S}\", key: hunter2, at: \"http://u:hunter2@h\"}]\n");
  load_all(folder / "config.yaml", {{"S", "hunter2"}}, loaded);
  Diagnostics& diagnostics = loaded.diagnostics;
  Fields fields = loaded.config.probes[0].fields;
  fields.required_text("url", "");
  fields.secret("key", "");
  fields.required_text("at", "");
  const std::size_t before = diagnostics.all().size();
  fields.error("url", "cannot parse hunter2");
  fields.error("key", "hunter2 is too short");
  fields.error("at", "not reachable: http://u:hunter2@h");
  ASSERT_EQ(diagnostics.all().size(), before + 3);
  for (std::size_t i = before; i < diagnostics.all().size(); ++i) {
    EXPECT_THAT(diagnostics.all()[i].message, Not(HasSubstr("hunter2")));
    EXPECT_THAT(diagnostics.all()[i].excerpt, Not(HasSubstr("hunter2")));
  }
  EXPECT_EQ(diagnostics.all()[before].message, "cannot parse <secret>");
  std::filesystem::remove_all(folder);
}

TEST(Secrets, AreKnownToWhoeverTakesThemOutOfTexts) {
  const Written written(
      "probes:\n  - {name: a, type: http, url: \"http://user:in-a-url@h/\", api_key: as-a-key, headers: {X: "
      "as-a-header}}\n"
      "credentials: {c: {token: \"dsn password='in quotes' x\"}}\n");
  ASSERT_EQ(written.text(), "");
  std::vector<std::string> known;
  for (const Secret& each : written.loaded.config.secrets()) known.push_back(each.reveal());
  for (const char* each : {"in-a-url", "as-a-key", "as-a-header", "in quotes"}) {
    EXPECT_THAT(known, ::testing::Contains(each));
  }
}

// "message", taken out of every text for the name of its key, would leave nobody a sentence.
TEST(Secrets, HowATokenIsSentIsNone) {
  Written written("probes: [{name: a, type: plain, send_token: message, my_token: eyJhbGci}]\n");
  Fields fields = written.loaded.config.probes[0].fields;
  EXPECT_EQ(fields.one_of("send_token", "header", {"header", "message"}, ""), "message");
  EXPECT_EQ(fields.text("my_token", "", ""), "eyJhbGci");
  std::vector<std::string> known;
  for (const Secret& each : written.loaded.config.secrets()) known.push_back(each.reveal());
  EXPECT_THAT(known, ::testing::Contains("eyJhbGci"));
  EXPECT_THAT(known, Not(::testing::Contains("message")));
  fields.error("send_token", "the first message is a step of its own");
  EXPECT_EQ(written.loaded.diagnostics.all().back().message, "the first message is a step of its own");
}

}  // namespace
}  // namespace answerback::config::testing
