// What a script does with a conversation, without a socket.

#include "probes/steps/play.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TEST(Steps, SendingWaitsForNobody) {
  Play play(R"([{"send": "a"}, {"send": {"json": {"t": "{{token}}"}}}, {"send": ["b", "c"]}])");
  EXPECT_EQ(play.told(), "arrived");
  EXPECT_THAT(play.sent(), ElementsAre("a", R"({"t":"T"})", "b", "c"));
}

TEST(Steps, ExpectTakesTheNextMessageAndNoOther) {
  const char* steps = R"([{"expect": {"json": {"/type": "welcome"}}}, {"send": "hi"}, {"expect": "2"}])";
  EXPECT_THAT(Play(steps).hear(R"({"type":"welcome"})").sent(), ElementsAre("hi"));
  EXPECT_EQ(Play(steps).hear(R"({"type":"welcome"})").hear("2").told(), "arrived");
  EXPECT_EQ(Play(steps).hear(R"({"type":"other"})").told(),
            R"(assertion: step 1 (expect): /type: wanted "welcome", got "other")");
  EXPECT_EQ(Play(steps).hear(R"({"type":"welcome"})").hear("3").told(),
            "assertion: step 3 (expect): wanted 2, got 3");
}

TEST(Steps, UntilReadsOn) {
  const char* steps =
      R"([{"until": {"prefix": "42", "json": {"/0": "done"}}, "collect": {"all": "^42\\[\"d\",\"(.*)\"\\]$"}},
                          {"send": "{{all}}"}])";
  Play play(steps);
  play.hear("7").hear(R"(42["d","ab"])").hear(R"(42["d","c"])");
  EXPECT_EQ(play.told(), "at step 1");
  EXPECT_THAT(play.hear(R"(42["done"])").sent(), ElementsAre("abc"));
  EXPECT_EQ(play.told(), "arrived");
}

TEST(Steps, SilenceNamesTheStepAndWhatItWanted) {
  const char* steps = R"([{"until": {"json": {"/type": "ready"}}, "within": "3s"}])";
  EXPECT_EQ(Play(steps).wait(2s).told(), "at step 1");
  EXPECT_EQ(Play(steps).wait(3s).told(),
            R"(no_welcome: step 1 (until): nothing in 3 s, wanted {"json":{"/type":"ready"}})");
  EXPECT_EQ(
      Play(steps).hear(R"({"type":"ping"})").wait(3s).told(),
      R"(no_welcome: step 1 (until): 1 other message in 4 s, the last: /type: wanted "ready", got "ping")");
}

TEST(Steps, SilenceBehindTheQuestionIsNoStart) {
  Play play(R"([{"ask": "{{question}}"}, {"expect": "ok"}])");
  EXPECT_THAT(play.wait(10s).told(), StartsWith("no_start: step 2 (expect): nothing in 10 s"));
}

TEST(Steps, RulesActFromThereOn) {
  Play play(R"([{"reply": [{"when": "2", "send": "3"}]}, {"ignore": [{"prefix": "x"}]}, {"expect": "a"},
               {"fail": [{"when": {"prefix": "44"}, "as": "auth"}]}, {"until": "b"}])");
  EXPECT_THAT(play.hear("2").sent(), ElementsAre("3"));
  EXPECT_THAT(play.hear("x1").hear("a").hear("2").sent(), ElementsAre("3"));
  EXPECT_EQ(play.hear("44{}").told(), "auth: step 5 (until): the server said 44{}");
}

TEST(Steps, WhatAStepWaitsForItGets) {
  Play play(R"([{"reply": [{"when": "2", "send": "3"}]}, {"fail": [{"when": "bad", "as": "auth"}]},
               {"expect": "2"}, {"expect": "bad"}])");
  EXPECT_THAT(play.hear("2").sent(), ElementsAre("3")) << "and the reply is sent";
  EXPECT_EQ(play.hear("bad").told(), "arrived");
}

TEST(Steps, RulesGoOnBehindTheLastStep) {
  Play play(
      R"([{"reply": [{"when": "2", "send": "3"}]}, {"fail": [{"when": "41", "as": "closed"}]}, {"send": "a"}])");
  play.sent();
  EXPECT_THAT(play.hear("2").sent(), ElementsAre("3"));
  EXPECT_FALSE(play.left());
  EXPECT_TRUE(play.hear("event").left()) << "nobody's business: whoever comes next may have it";
  EXPECT_EQ(play.hear("41").told(), "closed: the server said 41");
}

TEST(Steps, LaterRulesComeFirst) {
  Play play(R"([{"fail": [{"when": {"prefix": "E"}, "as": "auth"}]},
               {"fail": [{"when": {"prefix": "E"}, "as": "agent_error"}]}, {"until": "x"}])");
  EXPECT_THAT(play.hear("E1").told(), StartsWith("agent_error"));
}

TEST(Steps, ARefusedSignInIsAuth) {
  const std::string refusal = R"({"type":"error_message","error_code":"TOKEN_EXPIRED","message":"gone"})";
  for (const char* steps :
       {R"([{"expect": {"json": {"/type": "welcome"}}}])", R"([{"until": {"json": {"/type": "welcome"}}}])"})
    EXPECT_THAT(Play(steps).hear(refusal).told(),
                AllOf(StartsWith("auth: step 1"), HasSubstr("TOKEN_EXPIRED")));
}

TEST(Steps, WhatIsCapturedIsUsed) {
  Play play(
      R"([{"expect": {"prefix": "0"}, "capture": {"sid": "/sid", "n2": "/n"}}, {"capture": {"raw": "^(.).*"}},
               {"send": {"json": {"sid": "{{sid}}", "n": "{{n2}}", "raw": "{{raw}}"}}},
               {"expect": {"json": {"/sid": "{{sid}}"}}}])");
  EXPECT_THAT(play.hear(R"(0{"sid":"S1","n":5})").sent(), ElementsAre(R"({"sid":"S1","n":5,"raw":"0"})"));
  EXPECT_THAT(play.hear(R"({"sid":"S2"})").told(), HasSubstr(R"(wanted "S1", got "S2")"));
}

TEST(Steps, NothingToCaptureIsTold) {
  Play play(R"([{"expect": {}, "capture": {"sid": "/sid"}}])");
  EXPECT_EQ(play.hear("{}").told(), "assertion: step 1 (expect): nothing to capture at /sid in {}");
  Play much(R"([{"expect": {}, "capture": {"sid": "(?s)(.*)$"}}])");
  EXPECT_THAT(much.hear(std::string(70'000, 'x')).told(), StartsWith("too_large: step 1"));
}

TEST(Steps, SilenceCanBeWanted) {
  const char* steps = R"([{"ignore": [{"prefix": "ping"}]}, {"silent_for": "2s"}])";
  EXPECT_EQ(Play(steps).hear("ping 1").wait(1s).told(), "arrived");
  EXPECT_EQ(Play(steps).wait(1s).told(), "at step 2");
  EXPECT_EQ(Play(steps).hear("news").told(), "assertion: step 2 (silent_for): wanted silence, got news");
}

TEST(Steps, ACloseCanBeWanted) {
  const char* steps = R"([{"send": "bad token"}, {"close": [4401, 1008], "within": "1s"}])";
  EXPECT_EQ(Play(steps).closed(4401).told(), "arrived");
  EXPECT_THAT(
      Play(steps).closed(1000).told(),
      AllOf(StartsWith("assertion: step 2 (close): wanted the code 4401 or 1008"), HasSubstr("code 1000")));
  EXPECT_EQ(Play(steps).wait(1s).told(),
            "assertion: step 2 (close): the server did not close the connection with 4401 or 1008 in 1 s");
  EXPECT_EQ(Play(R"([{"close": "any"}])").closed(1005).told(), "arrived");
  EXPECT_EQ(Play(R"([{"expect": {}}])").closed(4401).told(),
            "auth: the server closed the connection with code 4401, in step 1 (expect)");
}

TEST(Steps, WhatIsSentEveryNowAndThen) {
  Play play(R"([{"send": {"json": [null, "{{n}}"]}, "every": "2s"}, {"until": "x", "within": "9s"}])");
  EXPECT_THAT(play.sent(), ElementsAre("[null,1]"));
  EXPECT_EQ(play.machine().wait(), Steady(1h + 2s));
  EXPECT_THAT(play.wait(1s).sent(), IsEmpty());
  EXPECT_THAT(play.wait(1s).sent(), ElementsAre("[null,2]"));
  EXPECT_THAT(play.wait(6s).sent(), ElementsAre("[null,3]")) << "what was missed is not made up for";
}

TEST(Steps, JsonInAString) {
  const char* steps =
      R"([{"expect": {"inside": "/data", "json": {"/a": 1}}, "capture": {"b": "/b"}}, {"send": "{{b}}"}])";
  EXPECT_THAT(Play(steps).hear(R"({"data":"{\"a\":1,\"b\":\"x\"}"})").sent(), ElementsAre("x"));
  EXPECT_THAT(Play(steps).hear(R"({"data":"{\"a\":2}"})").told(), HasSubstr("/a: wanted 1, got 2"));
  EXPECT_THAT(Play(steps).hear(R"({"date":1})").told(), HasSubstr("wanted something at /data"));
}

}  // namespace
}  // namespace answerback::probes
