// The probe `websocket` against a platform with every failure on demand: exact reason, exact phase.

#include "probes/agent/harness.h"
#include "probes/websocket/websocket.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using demo::Fault;
using testing::HasSubstr;

class WebSocketOnPlatform : public OnPlatform {
 protected:
  Told run(const std::string& more = {}, Duration timeout = 3s) {
    const Told told = Bench(loop_, websocket, url(), "credentials: canary" + more).run(timeout);
    settle();
    EXPECT_EQ(platform_.counters().open_sockets, 0U) << "a socket was left behind";
    return told;
  }
  Told with(Fault fault, const std::string& more = {}, Duration timeout = 3s) {
    platform_.faults().cause(fault);
    return run(more, timeout);
  }
};

const std::string ping = "\n    ping: {send: '{\"type\":\"ping\"}', expect: {json: {/type: pong}}}";

TEST_F(WebSocketOnPlatform, PassesWhenWelcomed) {
  const Told told = run();
  EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
  EXPECT_THAT(told.result.detail, testing::MatchesRegex("upgrade in [0-9]+ ms, welcomed"));
  EXPECT_THAT(told.frames(), HasSubstr("connection_established"));
}

TEST_F(WebSocketOnPlatform, AHeartbeatIsAnswered) {
  const Told told = run(ping);
  EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
  EXPECT_THAT(told.result.detail, HasSubstr("ping answered in "));
  EXPECT_EQ(platform_.counters().pongs, 1U);
  EXPECT_EQ(run("\n    ping: {}").verdict(), "pass") << "the usual heartbeat";
}

TEST_F(WebSocketOnPlatform, AHeartbeatIsLost) {
  const Told told = with(Fault::no_pong, ping, 400ms);
  EXPECT_EQ(told.verdict(), "fail heartbeat_lost at ping");
  EXPECT_THAT(told.result.detail, HasSubstr("/type"));
}

TEST_F(WebSocketOnPlatform, ADegradedServerWarns) {
  for (const std::string& keys : {std::string(), ping}) {
    const Told told = with(Fault::degraded_notice, keys);
    EXPECT_EQ(told.result.reason, Reason::degraded_notice) << testing::PrintToString(told);
    EXPECT_EQ(told.result.verdict, Verdict::warn);
    EXPECT_THAT(told.result.detail, HasSubstr("agent_supervisor, thread_service"));
  }
}

TEST_F(WebSocketOnPlatform, ClosedRightAfterTheUpgrade) {
  const Told told = with(Fault::closed_1011);
  EXPECT_EQ(told.verdict(), "fail closed at welcome") << testing::PrintToString(told);
  EXPECT_THAT(told.result.detail, HasSubstr("1011"));
  EXPECT_EQ(run("\n    welcome: none").verdict(), "fail closed at welcome");
}

TEST_F(WebSocketOnPlatform, NoWelcome) {
  const Told told = with(Fault::no_welcome, "", 400ms);
  EXPECT_EQ(told.verdict(), "fail no_welcome at welcome");
  EXPECT_THAT(told.result.detail, HasSubstr("only ping"));
  EXPECT_EQ(run("\n    welcome: none").verdict(), "pass");
}

TEST_F(WebSocketOnPlatform, ALateWelcomeIsSlow) {
  platform_.faults().cause(Fault::welcome_late, 200);
  EXPECT_EQ(run("\n    slow: {warn: 100ms}").verdict(), "warn slow at welcome");
  EXPECT_EQ(run("\n    slow: {fail: 100ms}").verdict(), "fail slow at welcome");
  EXPECT_EQ(run().verdict(), "pass");
}

TEST_F(WebSocketOnPlatform, TheWelcomeIsAsConfigured) {
  EXPECT_EQ(run("\n    welcome: {json: {/type: system_message, /data/environment: demo}}").verdict(), "pass");
  const Told told = run("\n    welcome: {json: {/type: hello}}", 400ms);
  EXPECT_EQ(told.verdict(), "fail no_welcome at welcome");
  EXPECT_THAT(told.result.detail, HasSubstr("/type"));
}

TEST_F(WebSocketOnPlatform, AWelcomeBeforeTheStartUpIsOverIsNone) {
  EXPECT_EQ(with(Fault::not_started, "", 400ms).verdict(), "fail no_welcome at welcome");
}

TEST_F(WebSocketOnPlatform, SplitSecretsAreSignIn) {
  const Told told = with(Fault::split_secret);
  EXPECT_EQ(told.verdict(), "fail auth at welcome") << testing::PrintToString(told);
  EXPECT_THAT(told.result.detail, HasSubstr("VALIDATION_FAILED"));
}

TEST_F(WebSocketOnPlatform, UnknownCredentialsAreOurOwnMistake) {
  const Told told = Bench(loop_, websocket, url(), "credentials: nobody").run();
  EXPECT_EQ(told.verdict(), "fail auth at prepare");
}

TEST_F(WebSocketOnPlatform, AnotherPathIsRefused) {
  const Told told = Bench(loop_, websocket, url("/nowhere"), "credentials: canary").run();
  EXPECT_EQ(told.result.reason, Reason::upgrade_refused) << testing::PrintToString(told);
}

TEST_F(WebSocketOnPlatform, ManyRunsLeaveNoSocket) {
  for (int i = 0; i < 30; ++i)
    EXPECT_EQ(run("\n    welcome: {json: {/type: system_message}}").verdict(), "pass");
  EXPECT_EQ(platform_.counters().sockets, 30U);
}

// --- reading

TEST(ReadWebSocket, MistakesAreTold) {
  for (const auto& [keys, message] : std::initializer_list<std::pair<std::string, std::string>>{
           {"url: 'http://a/'", "url"},
           {"url: 'ws://u:p@a/'", "user:password@"},
           {"url: 'ws://a/'\n    welcome: later", "wants none, or {json"},
           {"url: 'ws://a/'\n    welcome: {json: 7}", "welcome"},
           {"url: 'ws://a/'\n    send_token: cookie", "send_token"},
           {"url: 'ws://a/'\n    credentials: c\n    headers: {authorization: x}", "Authorization already"},
           {"url: 'ws://a/'\n    subprotocols: ['a b']", "no subprotocol"},
           {"url: 'ws://a/'\n    headers: {a: \"b\\r\\nc: d\"}", "line break"},
           {"url: 'ws://a/'\n    pong: {}", "unknown key"},
       }) {
    Reading reading(keys);
    read_websocket(reading.fields());
    reading.fields().finish();
    EXPECT_THAT(reading.text(), HasSubstr(message)) << keys;
  }
}

TEST(WithToken, PutsItInItsPlace) {
  const auto request = [](const std::string& way, const std::string& url) {
    Reading reading("url: '" + url + "'\n    credentials: c\n    send_token: " + way);
    return with_token(read_websocket(reading.fields()).session, "a+b");
  };
  EXPECT_EQ(*net::find_header(request("header", "ws://a/").headers, "authorization"), "Bearer a+b");
  EXPECT_EQ(request("query", "ws://a/x").url.target, "/x?token=a%2Bb");
  EXPECT_EQ(request("query", "ws://a/x?y=z").url.target, "/x?y=z&token=a%2Bb");
  EXPECT_THAT(request("subprotocol", "ws://a/").subprotocols, testing::ElementsAre("jwt-auth", "jwt.YSti"));
  EXPECT_TRUE(request("none", "ws://a/").headers.empty());
}

}  // namespace
}  // namespace answerback::probes
