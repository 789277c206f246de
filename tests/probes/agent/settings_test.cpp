#include "probes/agent/settings.h"

#include <gmock/gmock.h>

#include "probes/agent/canary.h"
#include "probes/agent/platform.h"
#include "probes/reading.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(ReadAgent, DefaultsAreThePlatforms) {
  Reading reading("url: 'wss://api/ws'");
  const AgentSettings settings = read_agent(reading.fields());
  reading.fields().finish();
  EXPECT_TRUE(reading.ok()) << reading.text();
  EXPECT_THAT(settings.stages.names, testing::ElementsAreArray(usual_chain));
  EXPECT_EQ(settings.challenge, ChallengeKind::arithmetic);
  EXPECT_EQ(settings.limits.first_event, 15s);
  EXPECT_EQ(settings.limits.completion, 120s);
  EXPECT_EQ(settings.canned, usual_canned);
}

TEST(ReadAgent, TakesWhatIsConfigured) {
  Reading reading(
      "url: 'ws://api/ws'\n    chain: [run_begun, run_over]\n    challenge: none\n    request: chat\n    "
      "welcome: none\n"
      "    limits: {first_event: 1s, gap: 2s, gap_warn: 1s, tool: 3s, completion: 4s}\n    canned: our "
      "apologies");
  const AgentSettings settings = read_agent(reading.fields());
  reading.fields().finish();
  EXPECT_TRUE(reading.ok()) << reading.text();
  EXPECT_THAT(settings.stages.names, testing::ElementsAre("run_begun", "run_over"));
  EXPECT_EQ(settings.challenge, ChallengeKind::none);
  EXPECT_EQ(settings.limits.tool, 3s);
  EXPECT_EQ(settings.canned.back(), "our apologies");
}

TEST(ReadAgent, StagesMayBeOptional) {
  Reading reading("url: 'ws://api/ws'\n    chain: [begun, 'thought?', 'done?', over]\n    control: false");
  const AgentSettings settings = read_agent(reading.fields());
  reading.fields().finish();
  EXPECT_TRUE(reading.ok()) << reading.text();
  EXPECT_THAT(settings.stages.names, testing::ElementsAre("begun", "thought", "done", "over"));
  EXPECT_THAT(settings.stages.optional, testing::ElementsAre("done", "thought"));
  EXPECT_FALSE(settings.control);
}

TEST(ReadAgent, ANonceIsHiddenSomewhereAndAskedFor) {
  Reading reading(
      "url: 'ws://api/ws'\n    challenge: nonce\n    nonce: {url: 'http://api/notes/1', method: POST, "
      "question: 'What "
      "does my note say?', headers: {X-Key: abc}}");
  const AgentSettings settings = read_agent(reading.fields());
  reading.fields().finish();
  EXPECT_TRUE(reading.ok()) << reading.text();
  ASSERT_TRUE(settings.nonce);
  EXPECT_EQ(settings.nonce->request.method, "POST");
  EXPECT_EQ(settings.nonce->request.body, "{\"text\": \"{nonce}\"}");
  EXPECT_EQ(settings.nonce->question, "What does my note say?");
}

TEST(ReadPlatform, DefaultsAndWhatIsConfigured) {
  Reading plain("url: 'wss://api/ws'"),
      other("url: 'ws://api/ws'\n    request: user_message\n    welcome: none");
  const PlatformDialect usual = read_platform(plain.fields());
  EXPECT_THAT(usual.forms, testing::ElementsAre("start_agent", "user_message"));
  EXPECT_EQ(usual.session.welcome.rule, Welcome::Rule::platform);
  const PlatformDialect configured = read_platform(other.fields());
  EXPECT_THAT(configured.forms, testing::ElementsAre("user_message", "chat"));
  EXPECT_EQ(configured.session.welcome.rule, Welcome::Rule::none);
}

TEST(ReadAgent, MistakesAreTold) {
  for (const auto& [keys, message] : std::initializer_list<std::pair<std::string, std::string>>{
           {"chain: [a, b, a]", "each event once"},
           {"chain: [a, 'b?', b]", "each event once"},
           {"chain: ['a?', b]", "the first and the last event must come"},
           {"chain: [a, 'b?']", "the first and the last event must come"},
           {"chain: [a, '?', b]", "each event once"},
           {"challenge: riddle", "challenge"},
           {"challenge: nonce", "wants `nonce` with a url and a question"},
           {"challenge: nonce\n    nonce: {url: 'http://api/'}", "wants `nonce` with a url and a question"},
           {"limits: {gap: 10s, gap_warn: 10s}", "must be less than gap"},
           {"limits: {first: 1s}", "unknown key"},
           {"preset: carrier_pigeon", "preset: must be one of"},
           {"send_tokn: header", "did you mean \"send_token\""},
       }) {
    Reading reading("url: 'ws://api/ws'\n    " + keys);
    read_agent(reading.fields());
    reading.fields().finish();
    EXPECT_THAT(reading.text(), HasSubstr(message)) << keys;
  }
}

TEST(ReadAgent, DescribesItself) {
  config::Fields fields = config::Fields::describing();
  read_agent(fields);
  std::vector<std::string> keys;
  for (const config::KeyDoc& doc : fields.docs()) keys.push_back(doc.key);
  EXPECT_THAT(keys,
              testing::IsSupersetOf({"url", "credentials", "send_token", "welcome", "chain", "challenge",
                                     "limits.first_event", "canned", "slow.warn", "tls_config.ca_file"}));
}

}  // namespace
}  // namespace answerback::probes
