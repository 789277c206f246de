#include "probes/shared/platform/event.h"

#include <gmock/gmock.h>

#include "probes/shared/platform/time.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using enum EventKind;

const std::vector<std::string> five(std::begin(usual_chain), std::end(usual_chain));

AgentEvent read(std::string_view frame) { return read_event(frame, five); }

struct Row {
  std::string_view frame;
  EventKind kind;
  std::string_view name;
  Shape shape = Shape::root;
};

const Row rows[] = {
    // the four shapes
    {R"({"type":"agent_started","data":{"run_id":"r"}})", stage, "agent_started", Shape::data},
    {R"({"type":"agent_started","payload":{"run_id":"r"}})", stage, "agent_started", Shape::payload},
    {R"({"type":"agent_started","run_id":"r"})", stage, "agent_started", Shape::root},
    {R"({"event":"agent_started","run_id":"r"})", stage, "agent_started", Shape::root},
    {R"({"type":"agent_progress","data":{"event":"agent_started","run_id":"r"}})", stage, "agent_started",
     Shape::carrier},
    {R"({"type":"agent_update","payload":{"type":"agent_started","run_id":"r"}})", stage, "agent_started",
     Shape::carrier},
    {R"({"type":"agent_update","event":"agent_started","run_id":"r"})", stage, "agent_started",
     Shape::carrier},
    {R"({"type":"system_message","data":{"type":"agent_started","run_id":"r"}})", stage, "agent_started",
     Shape::carrier},
    {R"({"data":{"event":"agent_started","run_id":"r"}})", stage, "agent_started", Shape::carrier},
    // in envelopes of others
    {R"({"v":1,"type":"event","event":{"type":"agent_started","data":{"run_id":"r"}}})", stage,
     "agent_started", Shape::carrier},
    {R"({"run_id":"r","method":"notify","params":{"message":{"type":"agent_started"}}})", stage,
     "agent_started", Shape::carrier},
    {R"({"kind":"hello","body":{"type":"connection_established"}})", welcome, "connection_established",
     Shape::carrier},
    {R"({"type":"log","data":{"message":{"type":"error","message":"x"}}})", unknown, "log", Shape::data},
    {R"({"data":{"data":{"data":{"data":{"data":{"type":"agent_started"}}}}}})", unknown, "", Shape::data},
    // welcome
    {R"({"type":"system_message","data":{"event":"connection_established"}})", welcome,
     "connection_established", Shape::carrier},
    {R"({"type":"connection_established"})", welcome, "connection_established"},
    {R"({"type":"system_message"})", welcome, "system_message"},
    {R"({"type":"handshake_response","thread_id":"t"})", handshake, "handshake_response"},
    {R"({"type":"handshake_complete"})", handshake_complete, "handshake_complete"},
    // heartbeats
    {R"({"type":"ping"})", ping, "ping"},
    {R"({"type":"pong"})", pong, "pong"},
    {R"({"type":"heartbeat_ack","status":"healthy"})", heartbeat, "heartbeat_ack"},
    {R"({"type":"ack","received_type":"start_agent"})", unrecognised, "ack"},
    {R"({"type":"error","error":"Unknown message type: start_agent"})", unrecognised, "error"},
    {R"({"type":"error","code":"UNKNOWN_MESSAGE_TYPE","message":"start_agent"})", unrecognised, "error"},
    {R"({"type":"ack","message_id":"7"})", heartbeat, "ack"},
    // notices
    {R"({"type":"system_message","data":{"event":"service_info"}})", degraded, "service_info",
     Shape::carrier},
    {R"({"type":"system_message","data":{"event":"degraded_mode"}})", degraded, "degraded_mode",
     Shape::carrier},
    {R"({"type":"service_degradation"})", degraded, "service_degradation"},
    {R"({"type":"system_message","data":{"fallback_active":true}})", degraded, "system_message", Shape::data},
    // errors
    {R"({"type":"agent_error","data":{"error":"x"}})", agent_error, "agent_error", Shape::data},
    {R"({"type":"agent_failed"})", agent_error, "agent_failed"},
    {R"({"type":"agent_fallback"})", agent_error, "agent_fallback"},
    {R"({"type":"agent_death","death_cause":"timeout"})", agent_error, "agent_death"},
    {R"({"type":"error","message":"boom"})", error, "error"},
    {R"({"type":"error","message":"model token budget is used up"})", error, "error"},
    {R"({"type":"error","message":"Unauthorized"})", sign_in_error, "error"},
    {R"({"type":"error_message","error_code":"NO_TOKEN"})", sign_in_error, "error_message"},
    {R"({"type":"error_message","error_code":"INVALID_FORMAT"})", sign_in_error, "error_message"},
    {R"({"type":"error_message","error_code":"VALIDATION_FAILED"})", sign_in_error, "error_message"},
    {R"({"type":"error_message","error_code":"TOKEN_EXPIRED"})", sign_in_error, "error_message"},
    {R"({"type":"error_message","error_code":"CONNECTION_LIMIT"})", limit, "error_message"},
    {R"({"type":"error","code":"RATE_LIMIT_EXCEEDED"})", limit, "error"},
    {R"({"type":"error","error":{"code":"rate_limited","message":"slow down"}})", limit, "error"},
    {R"({"type":"error","error":{"code":"token_expired","message":"sign in"}})", sign_in_error, "error"},
    {R"({"type":"error","message":"the model's rate limit is reached"})", error, "error"},
    // of the model behind it: neither our token nor our limit
    {R"({"type":"error","message":"openai.AuthenticationError: 401 - Incorrect API key provided"})", error,
     "error"},
    {R"({"type":"error","error_code":"TOKEN_LIMIT_EXCEEDED","message":"too long"})", error, "error"},
    {R"({"type":"error","error_code":"LLM_AUTHENTICATION_ERROR"})", error, "error"},
    {R"({"type":"error","error_code":"LLM_RATE_LIMIT","message":"gemini says 429"})", error, "error"},
    // at work
    {R"({"type":"stream_chunk","data":{}})", activity, "stream_chunk", Shape::data},
    {R"({"type":"agent_progress"})", activity, "agent_progress"},
    // what says nothing
    {R"({"type":"something_new"})", unknown, "something_new"},
    {R"({"type":7})", unknown, ""},
    {R"({})", unknown, ""},
    {R"([])", unreadable, ""},
    {R"("agent_started")", unreadable, ""},
    {R"({"type":"agent_star)", unreadable, ""},
    {"\xff\xfe", unreadable, ""},
    {"", unreadable, ""},
};

TEST(AgentEvent, IsReadWhateverItsDialect) {
  for (const Row& row : rows) {
    const AgentEvent event = read(row.frame);
    EXPECT_EQ(event.kind, row.kind) << row.frame;
    EXPECT_EQ(event.name, row.name) << row.frame;
    EXPECT_EQ(name(event.shape), name(row.shape)) << row.frame;
  }
}

TEST(AgentEvent, DeepNestingIsUnreadable) {
  EXPECT_EQ(read(R"({"type":"ping","a":)" + std::string(100'000, '[')).kind, unreadable);
  EXPECT_EQ(read(R"({"type":"ping","a":)" + std::string(1000, '[') + std::string(1000, ']') + "}").kind,
            unreadable);
}

TEST(AgentEvent, FieldsAreFoundWhereverTheyStand) {
  for (
      const std::string_view frame : {
          R"({"type":"tool_executing","run_id":"r","thread_id":"t","user_id":"u","agent_name":"a","tool_name":"k"})",
          R"({"type":"tool_executing","payload":{"run_id":"r","thread_id":"t","user_id":"u","agent_id":"a","tool":"k"}})",
          R"({"type":"tool_executing","data":{"runId":"r","threadId":"t","userId":"u","agent":"a","name":"k"}})",
          R"({"type":"tool_executing","run_id":"r","data":{"payload":{"thread_id":"t","tool":"k"},"metadata":{"user_id":"u","agent_name":"a"}}})",
          R"({"type":"tool_executing","data":{"runId":"r","threadId":"t","userId":"u","agentName":"a","toolName":"k"}})",
          R"({"run_id":"r","thread_id":"t","event":{"type":"tool_executing","data":{"user_id":"u","agent":"a","tool":"k"}}})",
          R"({"type":"agent_update","data":{"event":"tool_executing","run_id":"r","thread_id":"t","user_id":"u","agent_name":"a","tool_name":"k"}})",
      }) {
    const AgentEvent event = read(frame);
    EXPECT_EQ(event.run_id + event.thread_id + event.user_id + event.agent + event.tool, "rtuak") << frame;
  }
}

TEST(AgentEvent, TheAnswerHasManyNames) {
  for (
      const std::string_view frame : {
          R"({"type":"agent_completed","final_response":"42"})",
          R"({"type":"agent_completed","data":{"result":"42"}})",
          R"({"type":"agent_completed","data":{"response":"42"}})",
          R"({"type":"agent_completed","payload":{"content":"42"}})",
          R"({"type":"agent_completed","message":"42"})",
          R"({"type":"agent_completed","data":{"result":42}})",
          R"({"type":"agent_completed","data":{"result":{"response":{"text":"42"}}}})",
          R"({"type":"agent_completed","data":{"finalResponse":"42","message":"done"}})",
          R"({"type":"agent_completed","data":{"final_response":"42","message":"done"}})",
          R"({"type":"agent_completed","data":{"final_response":null,"message":"42"}})",
          R"({"type":"agent_completed","data":{"answer":"42","message":"done"}})",
          R"({"type":"agent_completed","data":{"output":"42","message":"done"}})",
          R"({"type":"agent_completed","data":{"result":{"messages":[{"role":"user","content":"6*7"},{"role":"assistant","content":"42"}]}}})",
          R"({"type":"agent_completed","data":{"result":{"messages":[{"type":"ai","content":"42"},{"type":"tool","content":"41"}]}}})",
          R"({"type":"agent_completed","data":{"messages":[],"result":[{"role":"tool","content":"41"},{"role":"assistant","content":"42"}]}})",
      }) {
    EXPECT_EQ(read(frame).answer, "42") << frame;
  }
}

TEST(AgentEvent, WhatToolsFoundIsNoAnswer) {
  for (
      const std::string_view result : {
          R"({"messages":[{"role":"user","content":"q"},{"role":"tool","content":"42"},{"role":"assistant","content":"no"}]})",
          R"({"messages":[{"role":"user","content":"q"},{"role":"tool","content":"42"}]})",
          R"({"tool_outputs":[{"calc":42}],"summary":"not finished"})",
          R"({"intermediate_steps":["6*7 = 42"],"state":"failed"})",
      }) {
    const AgentEvent event =
        read(R"({"type":"agent_completed","data":{"result":)" + std::string(result) + "}}");
    EXPECT_THAT(event.answer, testing::Not(testing::HasSubstr("42"))) << result;
  }
}

TEST(AgentEvent, AMessageMayBeAboutTheRun) {
  EXPECT_TRUE(read(R"({"type":"agent_completed","message":"42"})").remark);
  EXPECT_FALSE(read(R"({"type":"agent_completed","response":"42","message":"done"})").remark);
}

TEST(AgentEvent, ClaimsAndMoments) {
  EXPECT_EQ(read(R"({"type":"agent_completed","data":{"duration_ms":2000}})").claimed, 2s);
  EXPECT_EQ(read(R"({"type":"agent_completed","duration":1.5})").claimed, 1500ms);
  EXPECT_EQ(read(R"({"type":"agent_completed","duration_ms":"soon"})").claimed, std::nullopt);
  EXPECT_EQ(read(R"({"type":"agent_completed","duration_ms":-1})").claimed, std::nullopt);
  EXPECT_EQ(read(R"({"type":"ping","timestamp":1795000000.5})").timestamp, Wall(1'795'000'000'500ms));
}

TEST(AgentEvent, NoticesNameWhatIsMissing) {
  const AgentEvent event = read(
      R"({"type":"system_message","data":{"event":"service_info","missing_dependencies":["agent_supervisor","thread_service"]}})");
  EXPECT_THAT(event.missing, testing::ElementsAre("agent_supervisor", "thread_service"));
  const AgentEvent at_once = read(
      R"({"type":"system_message","data":{"event":"connection_established","fallback_active":true,"missing_dependencies":"x"}})");
  EXPECT_EQ(at_once.kind, welcome);
  EXPECT_TRUE(at_once.degraded);
  EXPECT_THAT(at_once.missing, testing::ElementsAre("x"));
}

TEST(AgentEvent, AWelcomeMayNotBeReady) {
  EXPECT_TRUE(read(R"({"type":"connection_established"})").ready);
  EXPECT_TRUE(read(R"({"type":"connection_established","data":{"startup_complete":true}})").ready);
  EXPECT_FALSE(read(R"({"type":"connection_established","data":{"startup_complete":false}})").ready);
  EXPECT_FALSE(read(R"({"type":"connection_established","connection_ready":false})").ready);
  EXPECT_FALSE(read(R"({"type":"connection_established","data":{"startupComplete":false}})").ready);
}

TEST(AgentEvent, WordsOfErrorsAreOneLine) {
  EXPECT_EQ(read(R"({"type":"error_message","error_code":"NO_TOKEN","message":"who\nare you"})").words,
            "NO_TOKEN: who\\nare you");
  EXPECT_EQ(read(R"({"type":"agent_death","death_cause":"oom"})").words, "oom");
  EXPECT_EQ(read(R"({"type":"agent_error","data":{"error":{"message":"boom","code":"E42"}}})").words,
            "E42: boom");
  EXPECT_EQ(read(R"({"type":"agent_error","message":"no","error":{"type":"E"}})").words, "E: no");
}

TEST(AgentEvent, AnEndMaySayThatItWentWrong) {
  const auto failed = [](const std::string& more) {
    return read(R"({"type":"agent_completed",)" + more + "}").failed;
  };
  for (const char* more : {R"("status":"failed")", R"("data":{"status":"ERROR"})", R"("success":false)",
                           R"("payload":{"error":"timeout"})", R"("error":{"code":1})"})
    EXPECT_TRUE(failed(more)) << more;
  for (const char* more : {R"("status":"success")", R"("success":true)", R"("error":null)", R"("error":"")",
                           R"("error":{})", R"("error":false)", R"("result":"an error")"})
    EXPECT_FALSE(failed(more)) << more;
}

TEST(AgentEvent, OneFrameMayHoldSeveral) {
  using testing::ElementsAre;
  using testing::IsEmpty;
  EXPECT_THAT(documents_in(R"([{"type":"a"}, {"type":"b"}])"),
              ElementsAre(R"({"type":"a"})", R"({"type":"b"})"));
  EXPECT_THAT(documents_in("{\"a\":1}\r\n\n{\"b\":2}\n"), ElementsAre("{\"a\":1}\r", "{\"b\":2}"));
  for (const char* one : {"", "[]", "{}", "{\"a\":1}", "{\"a\":", "<html>\n</html>", "\n\n", "[1,2"})
    EXPECT_THAT(documents_in(one), IsEmpty()) << one;
  std::string many = "{}";
  for (int i = 1; i < 256; ++i) many += "\n{}";
  EXPECT_EQ(documents_in(many).size(), 256U);
  EXPECT_THAT(documents_in(many + "\n{}"), IsEmpty());
}

TEST(Timestamp, IsReadAsPlatformsWriteIt) {
  const Wall at(1'795'000'000s);  // 2026-11-18T11:06:40Z
  for (const std::string_view text :
       {"1795000000", "1795000000.0", "1795000000000", "2026-11-18T11:06:40Z", "2026-11-18T11:06:40",
        "2026-11-18 11:06:40", "2026-11-18T11:06:40.000000", "2026-11-18T11:06:40+00:00",
        "2026-11-18T13:06:40+02:00", "2026-11-18T06:36:40-0430", "2026-11-18T12:06:40+01"}) {
    EXPECT_EQ(read_timestamp(text), at) << text;
  }
  EXPECT_EQ(read_timestamp("2026-11-18T11:06:40.250Z"), at + 250ms);
  for (const std::string_view text :
       {"", "soon", "-1", "1e99", "nan", "inf", "2026-13-18T11:06:40", "2026-11-18", "2026-11-18T11:06:40+",
        "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "2026-11-18T11:06:40.1e300",
        "2026-11-18T11:06:40 or so"}) {
    EXPECT_EQ(read_timestamp(text), std::nullopt) << text;
  }
}

TEST(Spoken, DurationsAsAPersonSaysThem) {
  EXPECT_EQ(spoken(41'234us), "41 ms");
  EXPECT_EQ(spoken(999'700us), "1 s");
  EXPECT_EQ(spoken(1234ms), "1.2 s");
  EXPECT_EQ(spoken(15s), "15 s");
}

}  // namespace
}  // namespace answerback::probes
