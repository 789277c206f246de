// Steps as configured, over a socket: time, tokens, what is kept as evidence, and servers that misbehave.

#include "probes/shared/platform/event.h"
#include "probes/steps/stage.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using test::Connection;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

using OnStage = Stage;

TEST_F(OnStage, TheTokenIsSentWhereTheStepsSay) {
  std::string first;
  serve([&](Connection& c) -> Awaitable<void> {
    first = co_await hear(c);
    co_await say(c, R"({"type":"in","echo":)" + first + "}");
  });
  const Told told = run(websocket, R"(credentials: canary
    secrets: {room: 'geheim "room"'}
    steps:
      - send: {json: {token: "{{token}}", room: "{{room}}", id: "{{uuid}}"}}
      - expect: out)");
  EXPECT_THAT(told.result.detail, HasSubstr("wanted out, got"));
  EXPECT_EQ(told.verdict(), "fail assertion at welcome");
  EXPECT_THAT(first, testing::MatchesRegex(
                         R"(\{"token":"ey[^"]*","room":"geheim \\"room\\"","id":"[0-9a-f-]{36}"\})"));
  EXPECT_THAT(requests_.back(), Not(HasSubstr("Authorization")));
  EXPECT_THAT(told.frames() + told.result.detail,
              AllOf(HasSubstr("<token>"), Not(HasSubstr("eyJ")), Not(HasSubstr("geheim"))));
}

TEST_F(OnStage, AHeartbeatGoesOnWhileWeWait) {
  std::size_t beats = 0;
  serve([&](Connection& c) -> Awaitable<void> {
    for (; beats < 3; ++beats) co_await wants(c, "beat");
    co_await say(c, "enough");
  });
  const Told told = run(websocket, "steps: [{send: beat, every: 100ms}, {until: enough}]");
  EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
  EXPECT_THAT(told.result.detail, HasSubstr("2 steps in "));
  EXPECT_GE(told.took, 200ms);
}

TEST_F(OnStage, AnAgentsHeartbeatGoesOnWhileItThinks) {
  serve([](Connection& c) -> Awaitable<void> {
    co_await wants(c, "beat");
    const std::string question = co_await hear(c);
    co_await wants(c, "beat");
    co_await wants(c, "beat");
    co_await say(c, "A " + answer_to(question));
  });
  const std::string keys = R"(steps: [{send: beat, every: 100ms}, {ask: "Q {{question}}"}]
    events: [{when: {prefix: "A "}, event: answered, answer: '(.*)'}])";
  const Told told = run(agent, keys);
  EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
}

TEST_F(OnStage, AnAgentInThePlatformsOwnEvents) {
  serve([](Connection& c) -> Awaitable<void> {
    const std::string question = co_await hear(c);
    for (const std::string_view name : usual_chain)
      co_await say(c, R"({"type":")" + std::string(name) + R"(","data":{"run_id":"R","final_response":")" +
                          (name == "agent_completed" ? answer_to(question) : "") + R"("}})");
  });
  const Told told = ask("steps: [{ask: {json: {say: '{{question}}'}}}]");
  EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
  EXPECT_THAT(told.result.detail, HasSubstr("5 of 5 events"));
}

TEST_F(OnStage, AWrongAnswerIsNone) {
  serve([](Connection& c) -> Awaitable<void> {
    co_await hear(c);
    co_await say(c, "A It is 12.");
  });
  const Told told = ask(R"(steps: [{ask: "Q {{question}}"}]
    events: [{when: {prefix: "A "}, event: answered, answer: '(.*)'}])");
  EXPECT_EQ(told.result.reason, Reason::answer_wrong) << testing::PrintToString(told);
}

TEST_F(OnStage, TheCloseThatIsWanted) {
  serve([](Connection& c) -> Awaitable<void> {
    co_await hear(c);
    co_await say(c, R"({"type":"bye"})");
    co_await c.write(net::closing(4401, "who are you"));
    co_await c.hold();
  });
  EXPECT_EQ(run(websocket, "steps: [{send: bad}, {close: 4401}]").verdict(), "pass");
  const Told other = run(websocket, "steps: [{send: bad}, {close: 1000}]");
  EXPECT_EQ(other.verdict(), "fail assertion at welcome");
  EXPECT_THAT(other.result.detail, HasSubstr("wanted the code 1000"));
}

TEST_F(OnStage, FloodsAndBinaryFramesAreSurvived) {
  serve([](Connection& c) -> Awaitable<void> {
    co_await c.write(net::frame(net::binary, std::string(100, '\xff')));
    std::string many;
    for (int i = 0; i < 900; ++i) many += "{\"type\":6}\x1e";
    co_await say(c, many + "{}\x1e");
  });
  const std::string keys =
      "terminator: record_separator\n    steps: [{expect: {json: {/type: 6}}}, {until: '{}'}]";
  EXPECT_EQ(run(websocket, keys).verdict(), "pass");
  serve([](Connection& c) -> Awaitable<void> {
    std::string many;
    for (int i = 0; i < 20'000; ++i) many += "a\x1e";
    co_await say(c, many);
  });
  EXPECT_EQ(run(websocket, keys).verdict(), "fail too_large at welcome");
}

TEST_F(OnStage, SubprotocolsNotSelectedAreAWarning) {
  serve([](Connection& c) -> Awaitable<void> { co_await say(c, "hi"); });
  EXPECT_EQ(run(websocket, "subprotocols: [chat]\n    steps: [{expect: hi}]").verdict(),
            "warn subprotocol at welcome");
}

}  // namespace
}  // namespace answerback::probes
