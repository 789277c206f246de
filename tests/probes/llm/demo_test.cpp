// The probe against the model of the demo platform, which shares no code with it.

#include <gmock/gmock.h>

#include "platform/platform.h"
#include "probes/llm/harness.h"
#include "probes/llm/llm.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;

struct Demo : testing::Test {
  LlmRig rig;
  demo::Platform platform{rig.loop.io, {}};
  const std::string url = "http://127.0.0.1:" + std::to_string(platform.start()) + "/v1";

  std::string verdict(const std::string& more = "") {
    rig.configure(url, more);
    return told(rig.run());
  }
};

TEST_F(Demo, IsWellAtEveryDepth) {
  EXPECT_EQ(verdict(), "pass ");
  EXPECT_EQ(verdict("stream: false"), "pass ");
  EXPECT_EQ(verdict("challenge: arithmetic"), "pass ");
  EXPECT_EQ(verdict("challenge: arithmetic\n    stream: false"), "pass ");
  EXPECT_EQ(verdict("depth: access"), "pass ");
  EXPECT_EQ(verdict("depth: reach"), "pass ");
  EXPECT_EQ(verdict("expect_model: true"), "pass ");
}

TEST_F(Demo, EveryFaultOfItsModelIsNamed) {
  struct Case {
    demo::Fault fault;
    std::string verdict;
  };
  for (const auto& [fault, wanted] : {
           Case{demo::Fault::llm_key, "fail auth"},
           Case{demo::Fault::llm_429, "fail rate_limited"},
           Case{demo::Fault::llm_429_billing, "fail quota"},
           Case{demo::Fault::llm_529, "fail overloaded"},
           Case{demo::Fault::llm_503, "fail overloaded"},
           Case{demo::Fault::llm_empty, "warn empty_completion"},
           Case{demo::Fault::llm_truncated, "fail truncated"},
           Case{demo::Fault::llm_error_midstream, "fail upstream_error"},
       }) {
    platform.faults().heal();
    platform.faults().cause(fault);
    EXPECT_EQ(verdict(), wanted);
  }
}

TEST_F(Demo, ASlowModelIsSlow) {
  platform.faults().cause(demo::Fault::llm_slow, 80);
  EXPECT_EQ(verdict("first_token: {warn: 40ms}"), "warn slow");
}

TEST_F(Demo, AModelItDoesNotHaveIsNotFound) {
  for (const std::string depth : {"generate", "access"}) {
    const Seen seen =
        run_once(rig.loop, llm,
                 "base_url: '" + url + "'\n    model: gpt-9\n    api_key: demo-key\n    depth: " + depth);
    EXPECT_EQ(told(seen), "fail model_not_found") << seen.result.detail;
  }
  EXPECT_EQ(
      told(run_once(rig.loop, llm, "base_url: '" + url + "'\n    model: demo-1\n    api_key: wrong-key")),
      "fail auth");
}

}  // namespace
}  // namespace answerback::probes
