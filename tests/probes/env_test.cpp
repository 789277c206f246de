#include "probes/env/env.h"

#include <gmock/gmock.h>

#include "probes/one_run.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

TEST(Env, LinesAreReadAsShellsAndDotenvDo) {
  EXPECT_THAT(parse_env("# c\nA=1\n export B = two words # why\r\nC='it''s $1 #'\nD=\"a\\n\\\"b\\\"\"\nno "
                        "sign\n=x\nE=\nA=2"),
              ElementsAre(Pair("A", "2"), Pair("B", "two words"), Pair("C", "it"), Pair("D", "a\n\"b\""),
                          Pair("E", "")));
  EXPECT_THAT(parse_env(std::string("A=1 # kept\0B=\"q\"\0junk\0", 22)),
              ElementsAre(Pair("A", "1 # kept"), Pair("B", "\"q\"")));
  EXPECT_THAT(parse_env("A=\"unended"), ElementsAre(Pair("A", "unended")));
}

TEST(Env, ThisMachineIsRecognisedInWhateverNamesIt) {
  for (const std::string_view value :
       {"localhost", "http://localhost", "https://LOCALHOST:3000/x", "postgresql://u:p@127.0.0.1:5432/db",
        "redis://[::1]:6379", "127.0.0.1:6379", "kafka-1:9092,localhost:9092", "host=localhost dbname=chat",
        "0.0.0.0:80", "http://api.localhost/", "[\"http://a.test\", \"http://localhost:3000\"]",
        "Driver=x;server=127.0.0.1;"})
    EXPECT_TRUE(names_localhost(value)) << value;
  for (const std::string_view value :
       {"", "http://api.internal/localhost", "postgresql://localhost:pw@db/x", "notlocalhost",
        "localhost.example.com", "http://10.127.0.1/", "ghost=localhoster"})
    EXPECT_FALSE(names_localhost(value)) << value;
}

EnvSettings env_settings(const std::string& keys) {
  Reading reading(keys);
  EnvSettings settings = read_env(reading.fields());
  reading.fields().finish();
  EXPECT_TRUE(reading.ok()) << reading.text();
  return settings;
}

TEST(Env, AllThatIsWrongIsToldAndNoValue) {
  const EnvValues values{{"SHORT", "hunter2"},
                         {"EMPTY", ""},
                         {"KEY", "hunter22-hunter22"},
                         {"MODE", "hunter33"},
                         {"TESTING", "hunter44"},
                         {"LLM", "MOCK"},
                         {"API_URL", "http://localhost/hunter55"},
                         {"MOCK_A", "hunter66"},
                         {"IDLE", ""}};
  const EnvValues own{{"KEY", "hunter22-other"}};
  const auto wrong = judge_variables(
      env_settings(
          "required: [GONE, EMPTY]\n    variables: {SHORT: {min_length: 32}, KEY: {matches: '^sk-'}, MODE: "
          "{one_of: [a, b]}}\n"
          "    forbid: [TESTING, LLM=mock, 'MOCK_*', IDLE, ABSENT]\n    no_localhost: ['*_URL', KEY]\n"
          "    equal: [KEY = self:KEY, KEY = MODE, KEY = NOWHERE]"),
      values, own);
  EXPECT_THAT(
      wrong, testing::UnorderedElementsAre(
                 "GONE is not set", "EMPTY is empty", "SHORT has 7 bytes, needs 32",
                 "KEY does not match ^sk-", "MODE is none of those allowed",
                 "TESTING is set, and must not be", "LLM has the value that is forbidden",
                 "MOCK_A is set, and must not be", "API_URL points at localhost", "self:KEY differs from KEY",
                 "MODE differs from KEY", "NOWHERE is not set, and must equal KEY"));
}

TEST(Env, WhatIsAsWantedIsNotTold) {
  const EnvValues values{{"A", "x"}, {"B", "x"}, {"MODE", "prod"}, {"LLM", "real"}, {"NONE", ""}};
  EXPECT_THAT(
      judge_variables(
          env_settings("required: A\n    variables: {MODE: {one_of: [prod]}, NONE: {min_length: 0}}\n"
                       "    forbid: [TESTING, LLM=mock]\n    no_localhost: '*'\n    equal: [A = B = self:A]"),
          values, {{"A", "x"}}),
      IsEmpty());
}

TEST(Env, FilesAreJudged) {
  const Wall now{std::chrono::hours(1000)};
  const auto judged = [&](const std::string& keys, const EnvSeen& seen) {
    return judge_file(env_settings("files: [{path: /s, " + keys + "}]").files[0], seen, now).value_or("");
  };
  const EnvSeen fine{.size = 5, .written = now - 1h};
  EXPECT_EQ(judged("min_bytes: 5, max_age: 1h", fine), "");
  EXPECT_EQ(judged("min_bytes: 6", fine), "/s has 5 bytes, needs 6");
  EXPECT_EQ(judged("max_age: 30m", fine), "/s was last written 1h ago, must be younger than 30m");
  EXPECT_EQ(judged("mounted: true", fine), "/s is not mounted");
  EXPECT_EQ(judged("mounted: true", {.mounted = true, .size = 1}), "");
  EXPECT_EQ(judged("folder: true", fine), "/s is no folder");
  EXPECT_EQ(judged("folder: true", {.folder = true}), "");
  EXPECT_EQ(judged("min_bytes: 0", {}), "");
  EXPECT_EQ(judged("min_bytes: 1", {}), "/s is empty");
  EXPECT_EQ(judged("min_bytes: 1", {.error = "Permission denied"}), "/s: Permission denied");
}

TEST(Env, MistakesAreTold) {
  Reading reading("equal: [A]\n    files: [{path: relative}]\n    variables: {A: {matches: '('}}");
  read_env(reading.fields());
  reading.fields().finish();
  for (const std::string_view part : {"equal[0]", "files[0].path", "variables.A.matches"})
    EXPECT_THAT(reading.text(), HasSubstr(part));
}

// By the real worker.
class EnvRun : public testing::Test {
 protected:
  EnvRun() {
    ::setenv("ANSWERBACK_ENV_TEST_SECRET", "hunter22", 1);
    ::unsetenv("ANSWERBACK_ENV_TEST_GONE");
  }
  Loop loop_{ANSWERBACK_WORKER};
};

TEST_F(EnvRun, OurOwnNeedsNoWorker) {
  const Seen seen = run_once(loop_, env, "required: [ANSWERBACK_ENV_TEST_SECRET, PATH]");
  EXPECT_EQ(seen.result.verdict, Verdict::pass) << seen.result.detail;
  EXPECT_GT(seen.evidence.bytes_received(), 0u);
  EXPECT_EQ(loop_.workers.alive(), 0u);
  const Seen lacking = run_once(
      loop_, env, "variables: {ANSWERBACK_ENV_TEST_GONE: {}, ANSWERBACK_ENV_TEST_SECRET: {min_length: 9}}");
  EXPECT_EQ(lacking.reason(), "assertion");
  EXPECT_EQ(lacking.result.detail,
            "ANSWERBACK_ENV_TEST_GONE is not set; ANSWERBACK_ENV_TEST_SECRET has 8 bytes, needs 9");
  for (const Frame& frame : lacking.evidence.frames()) EXPECT_THAT(frame.text, Not(HasSubstr("hunter22")));
}

TEST_F(EnvRun, ANeighboursSplitSecretIsFound) {
  test::TempFile file("JWT_SECRET=hunter22\nBYTES=\xff\xfe\n");
  EXPECT_EQ(run_once(loop_, env,
                     "file: " + file.path() +
                         "\n    required: BYTES\n    equal: JWT_SECRET = self:ANSWERBACK_ENV_TEST_SECRET")
                .result.verdict,
            Verdict::pass);
  file.write("JWT_SECRET=hunter23\n");
  const Seen split = run_once(
      loop_, env, "file: " + file.path() + "\n    equal: JWT_SECRET = self:ANSWERBACK_ENV_TEST_SECRET");
  EXPECT_EQ(split.result.detail, "self:ANSWERBACK_ENV_TEST_SECRET differs from JWT_SECRET");
  // A child's environment, by the kernel's own file.
  const Seen process =
      run_once(loop_, env, "file: /proc/self/environ\n    required: [PATH, ANSWERBACK_ENV_TEST_GONE]");
  EXPECT_EQ(process.result.detail, "ANSWERBACK_ENV_TEST_GONE is not set");
}

TEST_F(EnvRun, FilesAreLookedAtByTheWorker) {
  const test::TempFile full("secret"), empty;
  const Seen seen = run_once(
      loop_, env,
      "files: [{path: " + full.path() + ", max_age: 1h}, {path: " + empty.path() +
          "}, {path: /nowhere/at/all}, {path: /proc, folder: true, mounted: true}, {path: " + full.path() +
          ", min_bytes: 7}]");
  EXPECT_EQ(seen.result.detail, empty.path() + " is empty; /nowhere/at/all: No such file or directory; " +
                                    full.path() + " has 6 bytes, needs 7");
  EXPECT_EQ(run_once(loop_, env, "files: [{path: " + full.path() + "}]").result.verdict, Verdict::pass);
}

TEST_F(EnvRun, ASourceThatIsNotThereOrTooLarge) {
  EXPECT_EQ(run_once(loop_, env, "file: /nowhere/env\n    required: A").result.detail,
            "/nowhere/env: No such file or directory");
  const test::TempFile huge(std::string(200'000, 'x'));
  EXPECT_EQ(run_once(loop_, env, "file: " + huge.path() + "\n    required: A").result.detail,
            huge.path() + ": larger than 128 KiB");
}

}  // namespace
}  // namespace answerback::probes
