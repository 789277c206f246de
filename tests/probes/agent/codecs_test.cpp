// The protocols of agents over HTTP, as pure readers: what each document means, and what no end may be.

#include "probes/agent/codecs.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <random>

#include "probes/agent/a2a.h"
#include "probes/agent/ag_ui.h"
#include "probes/agent/json.h"
#include "probes/agent/langgraph.h"
#include "probes/agent/reading.h"
#include "probes/agent/responses.h"
#include "probes/agent/vercel.h"
#include "support/sim_clock.h"

namespace answerback::probes {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using Make = std::function<std::unique_ptr<AgentCodec>()>;

const net::Url here = net::parse_url("http://agent.test/rpc", {"http"}).value();
const Make ag_ui = [] { return std::make_unique<AgUiCodec>(AgUiSettings{}, my_ids); };
const Make langgraph = [] {
  return std::make_unique<LangGraphCodec>(LangGraphSettings{.assistant = "agent"}, my_ids);
};
const Make waiting = [] {
  return std::make_unique<LangGraphCodec>(LangGraphSettings{.assistant = "agent", .stream = false}, my_ids);
};
const Make a2a = [] { return std::make_unique<A2aCodec>(A2aSettings{.url = here}, my_ids); };
const Make a2a_old = [] { return std::make_unique<A2aCodec>(A2aSettings{.old = true, .url = here}, my_ids); };
const Make a2a_whole = [] {
  return std::make_unique<A2aCodec>(A2aSettings{.stream = false, .url = here}, my_ids);
};
const Make responses = [] {
  return std::make_unique<ResponsesCodec>(ResponsesSettings{.model = "m"}, ResponsesCodec::Over::http);
};
const Make vercel = [] { return std::make_unique<VercelCodec>(my_ids); };

struct Row {
  Make make;
  std::string stream, wanted;
};
void check(std::initializer_list<Row> rows) {
  for (const Row& row : rows) EXPECT_EQ(heard(*row.make(), row.stream), row.wanted) << row.stream;
}

struct WholeStream {
  Make make;
  std::string stream, wanted, last;  // last: the word that ends it; empty: its end is the stream's
};
const WholeStream whole_streams[] = {
    {ag_ui, streams::ag_ui,
     "RUN_STARTED TOOL_CALL_START+calc ~TOOL_CALL_ARGS TOOL_CALL_END TOOL_CALL_RESULT-calc "
     "TEXT_MESSAGE_START "
     "~TEXT_MESSAGE_CONTENT ~TEXT_MESSAGE_CONTENT TEXT_MESSAGE_END RUN_FINISHED=\"It is 3901.\"",
     "RUN_FINISHED"},
    {langgraph, streams::langgraph, "metadata ~step ~messages ~messages values end=\"It is 3901\"", ""},
    {a2a, streams::a2a, "submitted working ~artifact ~artifact completed=\"3901\"", "completed"},
    {responses, streams::responses,
     "response.created ~response.output_text.delta ~response.output_text.delta response.output_text.done "
     "response.completed=\"3901\"",
     "response.completed"},
    {vercel, streams::vercel,
     "start start-step text-start ~text-delta ~text-delta text-end finish-step finish=\"3901\"", "finish="},
};

TEST(Codecs, AWholeStreamIsReadHoweverItIsCut) {
  for (const WholeStream& row : whole_streams) {
    for (std::size_t cut = 0; cut <= row.stream.size(); ++cut)
      ASSERT_EQ(heard(*row.make(), row.stream, cut), row.wanted) << "cut at " << cut;
  }
}

TEST(Codecs, AStreamCutShortIsNoAnswer) {
  for (const WholeStream& row : whole_streams) {
    if (row.last.empty()) continue;  // the chain tells what is missing
    const std::size_t last = row.stream.rfind("data: {");
    for (std::size_t length = 0; length < last; ++length) {
      const std::string text = heard(*row.make(), row.stream.substr(0, length));
      const std::size_t failure = text.find("fail truncated");
      ASSERT_NE(failure, std::string::npos) << text;
      ASSERT_THAT(text.substr(0, failure), testing::Not(HasSubstr(row.last))) << length;
    }
  }
}

TEST(Codecs, WhatIsNoDocumentChangesNothing) {
  for (const WholeStream& row : whole_streams) {
    const std::string noise = "data: {\"type\":\n\ndata: 7\n\ndata: \xff\xfe\n\n";
    const std::size_t second = row.stream.find("\n\n") + 2;
    const std::string text =
        heard(*row.make(), row.stream.substr(0, second) + noise + row.stream.substr(second));
    EXPECT_THAT(text, HasSubstr(row.wanted.substr(row.wanted.rfind(' ')))) << text;
    EXPECT_THAT(text, testing::Not(HasSubstr("fail")));
  }
}

std::string run(const std::vector<std::string>& inner) {
  std::vector<std::string> all{R"({"type":"RUN_STARTED","threadId":"x","runId":"y"})"};
  all.insert(all.end(), inner.begin(), inner.end());
  return sse(all);
}
const std::string finished = R"({"type":"RUN_FINISHED"})";

TEST(AgUi, OrderIsHeld) {
  check({
      {ag_ui, sse({finished}), "fail chain_order: the first event is RUN_FINISHED where RUN_STARTED is due"},
      {ag_ui, run({R"({"type":"RUN_STARTED"})"}),
       "RUN_STARTED fail chain_order: RUN_STARTED came while a run was open"},
      {ag_ui, run({finished, R"({"type":"STATE_SNAPSHOT"})"}),
       "RUN_STARTED RUN_FINISHED fail chain_order: STATE_SNAPSHOT came after RUN_FINISHED"},
      {ag_ui, run({R"({"type":"TEXT_MESSAGE_CONTENT","messageId":"m","delta":"x"})"}),
       "RUN_STARTED fail chain_order: TEXT_MESSAGE_CONTENT for message \"m\", which is not open"},
      {ag_ui,
       run({R"({"type":"TEXT_MESSAGE_START","messageId":"m"})",
            R"({"type":"TEXT_MESSAGE_START","messageId":"m"})"}),
       "RUN_STARTED TEXT_MESSAGE_START fail chain_order: TEXT_MESSAGE_START for message \"m\", which is open "
       "already"},
      {ag_ui, run({R"({"type":"TOOL_CALL_END","toolCallId":"c"})"}),
       "RUN_STARTED fail chain_order: TOOL_CALL_END for tool call \"c\", which is not open"},
      {ag_ui, run({R"({"type":"STEP_FINISHED","stepName":"s"})"}),
       "RUN_STARTED fail chain_order: STEP_FINISHED for step \"s\", which is not open"},
  });
}

TEST(AgUi, NothingMayBeLeftOpen) {
  const auto open = [](const std::string& event) { return heard(*ag_ui(), run({event, finished})); };
  EXPECT_THAT(open(R"({"type":"TEXT_MESSAGE_START","messageId":"m"})"),
              HasSubstr("fail chain_incomplete: RUN_FINISHED came while message \"m\" was open"));
  EXPECT_THAT(open(R"({"type":"TOOL_CALL_START","toolCallId":"c","toolCallName":"t"})"),
              HasSubstr("fail chain_incomplete: RUN_FINISHED came while tool call \"c\" was open"));
  EXPECT_THAT(open(R"({"type":"STEP_STARTED","stepName":"s"})"),
              HasSubstr("fail chain_incomplete: RUN_FINISHED came while step \"s\" was open"));
}

TEST(AgUi, NotEveryFinishIsASuccess) {
  check({
      {ag_ui, run({R"({"type":"RUN_FINISHED","outcome":{"type":"success"},"result":"3901"})"}),
       "RUN_STARTED RUN_FINISHED=\"3901\""},
      {ag_ui,
       run({R"({"type":"RUN_FINISHED","outcome":{"type":"interrupt","interrupts":[{"id":"i","reason":"approve"}]}})"}),
       "RUN_STARTED !RUN_FINISHED(the agent waits for a human: approve)"},
      {ag_ui, run({R"({"type":"RUN_FINISHED","outcome":{"type":"cancelled"}})"}),
       "RUN_STARTED !RUN_FINISHED(outcome cancelled)"},
      {ag_ui, sse({R"({"type":"RUN_ERROR","message":"boom","code":"E1"})"}),
       "!RUN_ERROR(E1: boom) fail truncated: the stream ended without RUN_FINISHED"},
      {ag_ui, run({finished, R"({"type":"RUN_STARTED"})"}),
       "RUN_STARTED RUN_FINISHED RUN_STARTED fail truncated: the stream ended without RUN_FINISHED"},
  });
}

TEST(AgUi, ChunksAreMessagesAndToolCallsInShort) {
  check({
      {ag_ui,
       run({R"({"type":"TEXT_MESSAGE_CHUNK","messageId":"m","delta":"39"})",
            R"({"type":"TEXT_MESSAGE_CHUNK","delta":"01"})", R"({"type":"RAW","event":{}})", finished}),
       "RUN_STARTED TEXT_MESSAGE_START ~TEXT_MESSAGE_CONTENT ~TEXT_MESSAGE_CONTENT ~RAW TEXT_MESSAGE_END "
       "RUN_FINISHED=\"3901\""},
      {ag_ui,
       run({R"({"type":"TOOL_CALL_CHUNK","toolCallId":"c","toolCallName":"t","delta":"{"})",
            R"({"type":"TOOL_CALL_CHUNK","delta":"}"})", R"({"type":"TEXT_MESSAGE_START","messageId":"m"})",
            R"({"type":"TEXT_MESSAGE_END","messageId":"m"})", finished}),
       "RUN_STARTED TOOL_CALL_START+t ~TOOL_CALL_ARGS TOOL_CALL_END TOOL_CALL_END-t TEXT_MESSAGE_START "
       "TEXT_MESSAGE_END RUN_FINISHED"},
      {ag_ui, run({R"({"type":"TEXT_MESSAGE_CHUNK","delta":"x"})"}),
       "RUN_STARTED fail chain_order: the first TEXT_MESSAGE_CHUNK names no message"},
  });
}

TEST(AgUi, OnlyTheAgentsOwnWordsAreTheAnswer) {
  check({
      {ag_ui,
       run({R"({"type":"TEXT_MESSAGE_START","messageId":"u","role":"user"})",
            R"({"type":"TEXT_MESSAGE_CONTENT","messageId":"u","delta":"3901"})",
            R"({"type":"TEXT_MESSAGE_END","messageId":"u"})", finished}),
       "RUN_STARTED TEXT_MESSAGE_START ~TEXT_MESSAGE_CONTENT TEXT_MESSAGE_END RUN_FINISHED"},
      {ag_ui,
       run({R"({"type":"MESSAGES_SNAPSHOT","messages":[{"role":"assistant","content":"3901"},{"role":"user","content":"1"}]})",
            finished}),
       "RUN_STARTED ~MESSAGES_SNAPSHOT RUN_FINISHED=\"3901\""},
  });
}

TEST(AgUi, WhatIsConfiguredIsSentAndNotShown) {
  AgUiCodec codec({.state = R"({"key":"s"})", .forwarded = R"({"key":"f"})"}, my_ids);
  const AgentCall call = codec.call("q");
  EXPECT_EQ(
      call.body,
      R"({"threadId":"T-1","runId":"R-1","messages":[{"id":"M-1","role":"user","content":"q"}],"tools":[],"context":[],"state":{"key":"s"},"forwardedProps":{"key":"f"}})");
  EXPECT_THAT(call.shown.value(),
              testing::AllOf(HasSubstr("\"content\":\"q\""), testing::Not(HasSubstr("key"))));
}

TEST(AgUi, TheIdsAreComparedWhereThatIsAsked) {
  AgUiCodec other({.echo_ids = true}, my_ids), same({.echo_ids = true}, my_ids);
  EXPECT_THAT(heard(other, run({finished})), StartsWith("fail misrouted: asked as run R-1 of thread T-1"));
  EXPECT_THAT(heard(same, streams::ag_ui), HasSubstr("RUN_FINISHED="));
}

TEST(LangGraph, FailuresAndWaits) {
  check({
      {langgraph, "event: error\ndata: {\"error\":\"ValueError\",\"message\":\"boom\"}\n\n",
       "!error(ValueError: boom) end"},
      {langgraph, "event: values\ndata: {\"__interrupt__\":[{\"value\":\"approve?\"}]}\n\n",
       "!__interrupt__(the graph waits for a human: approve?) end"},
      {langgraph, "event: values|sub:1\ndata: {}\n\nevent: end\ndata: null\n\n", "~values|sub:1 end"},
  });
  EXPECT_EQ(shown(waiting()->read_whole(R"({"__error__":{"error":"KeyError","message":"x"}})")),
            "!__error__(KeyError: x)");
  EXPECT_EQ(shown(waiting()->read_whole(R"({"messages":[{"role":"assistant","content":"3901"}]})")),
            "values");
  EXPECT_THAT(shown(waiting()->read_whole("<html>")), StartsWith("fail protocol: wanted the graph's state"));
  EXPECT_EQ(shown(langgraph()->read_whole(R"({"__error__":{"error":"E"}})")), "!__error__(E)");
  EXPECT_THAT(shown(langgraph()->read_whole("{}")), StartsWith("fail protocol: wanted an event stream"));
}

TEST(LangGraph, ToolsComeInPairs) {
  check(
      {{langgraph,
        "event: values\ndata: "
        "{\"messages\":[{\"type\":\"ai\",\"content\":\"\",\"tool_calls\":[{\"id\":\"c\",\"name\":\"calc\"}]}]"
        "}\n\n"
        "event: values\ndata: "
        "{\"messages\":[{\"type\":\"ai\",\"content\":\"\",\"tool_calls\":[{\"id\":\"c\",\"name\":\"calc\"}]},"
        "{\"type\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"1\"}]}\n\n",
        "tool_call+calc ~step tool_result-calc ~step end"}});
}

TEST(LangGraph, TheThreadIsOursToDelete) {
  const auto codec = langgraph();
  EXPECT_FALSE(codec->farewell());
  EXPECT_EQ(codec->prelude().value().path, "/threads");
  EXPECT_EQ(codec->farewell().value().path, "/threads/T-1");  // also when the answer never reaches us
  EXPECT_TRUE(codec->read_prelude(R"({"thread_id":"abc-1","status":"idle"})"));
  EXPECT_EQ(codec->farewell().value().path, "/threads/abc-1");
  EXPECT_EQ(codec->call("q").path, "/threads/abc-1/runs/stream");
  for (const char* id : {R"({"thread_id":"../store"})", R"({"thread_id":"a?b"})", R"({})", "no"})
    EXPECT_FALSE(codec->read_prelude(id)) << id;
  LangGraphCodec stateless({.assistant = "agent", .thread = false}, my_ids);
  EXPECT_FALSE(stateless.prelude());
  EXPECT_FALSE(stateless.farewell());
  EXPECT_EQ(stateless.call("q").path, "/runs/stream");
}

std::string rpc(const std::string& result) {
  return R"({"jsonrpc":"2.0","id":"M-1","result":)" + result + "}";
}
std::string state(const std::string& name) {
  return rpc(R"({"statusUpdate":{"taskId":"t","status":{"state":")" + name +
             R"(","message":{"parts":[{"text":"so"}]}}}})");
}

TEST(A2a, StatesOfATask) {
  check({
      {a2a, sse({state("TASK_STATE_COMPLETED")}), "completed=\"so\""},
      {a2a, sse({state("TASK_STATE_FAILED")}), "!task failed(so)"},
      {a2a, sse({state("TASK_STATE_REJECTED")}), "!task rejected(so)"},
      {a2a, sse({state("TASK_STATE_CANCELED")}), "!task canceled(so)"},
      {a2a, sse({state("TASK_STATE_INPUT_REQUIRED")}),
       "!task input-required(the agent waits for more: so) fail truncated: the stream ended without the end "
       "of "
       "the task"},
      {a2a, sse({state("TASK_STATE_AUTH_REQUIRED")}),
       "fail auth: the agent wants us to sign in elsewhere: task auth-required: so"},
      {a2a, sse({rpc(R"({"message":{"role":"ROLE_AGENT","parts":[{"text":"3901"}]}})")}),
       "message completed=\"3901\""},
      {a2a_old,
       sse({rpc(R"({"kind":"task","id":"t","status":{"state":"submitted"}})"),
            rpc(R"({"kind":"status-update","taskId":"t","status":{"state":"working"},"final":false})"),
            rpc(R"({"kind":"artifact-update","taskId":"t","artifact":{"artifactId":"a","parts":[{"kind":"text","text":"3901"}]}})"),
            rpc(R"({"kind":"status-update","taskId":"t","status":{"state":"completed"},"final":true})")}),
       "submitted working ~artifact completed=\"3901\""},
  });
}

TEST(A2a, ErrorsComeWithStatus200) {
  const auto whole = [](const std::string& body) { return shown(a2a_whole()->read_whole(body)); };
  EXPECT_EQ(whole(R"({"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"boom"}})"),
            "!error(-32603: boom)");
  EXPECT_THAT(
      whole(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"Method not found"}})"),
      StartsWith("fail request_unrecognised: JSON-RPC error -32601: Method not found (asked in 1.0)"));
  EXPECT_THAT(whole(R"({"jsonrpc":"2.0","id":"other","result":{"message":{"parts":[{"text":"3901"}]}}})"),
              StartsWith("fail misrouted"));
  EXPECT_THAT(whole("{}"), StartsWith("fail protocol: wanted a JSON-RPC answer"));
  EXPECT_EQ(
      whole(rpc(
          R"({"task":{"id":"t","artifacts":[{"artifactId":"a","parts":[{"text":"3901"}]}],"status":{"state":"TASK_STATE_COMPLETED"}}})")),
      "~artifact completed=\"3901\"");
  const auto codec = a2a_whole();
  codec->read_whole(rpc(R"({"task":{"id":"t","status":{"state":"TASK_STATE_WORKING"}}})"));
  EXPECT_EQ(shown(codec->end()),
            "fail chain_incomplete: the answer is a task that has not ended: it is working");
}

TEST(A2a, WhatIsSentIsOfTheVersion) {
  const AgentCall call = a2a()->call("q");
  EXPECT_EQ(
      call.body,
      R"({"jsonrpc":"2.0","id":"M-1","method":"SendStreamingMessage","params":{"message":{"messageId":"M-1","role":"ROLE_USER","parts":[{"text":"q"}]},"configuration":{"acceptedOutputModes":["text/plain"]}}})");
  EXPECT_EQ(*net::find_header(call.headers, "A2A-Version"), "1.0");
  const AgentCall old = a2a_old()->call("q");
  EXPECT_THAT(old.body, HasSubstr(R"("method":"message/stream")"));
  EXPECT_THAT(old.body, HasSubstr(R"("role":"user","kind":"message","parts":[{"text":"q","kind":"text"}])"));
  EXPECT_EQ(net::find_header(old.headers, "A2A-Version"), nullptr);
  EXPECT_THAT(a2a_whole()->call("q").body, HasSubstr(R"("method":"SendMessage")"));
}

TEST(A2a, ATaskThatHasNotEndedIsCancelled) {
  const auto codec = a2a();
  EXPECT_FALSE(codec->farewell());
  heard(*codec, sse({state("TASK_STATE_WORKING")}));
  EXPECT_THAT(codec->farewell().value().body, HasSubstr(R"("method":"CancelTask","params":{"id":"t"})"));
  heard(*codec, sse({state("TASK_STATE_COMPLETED")}));
  EXPECT_FALSE(codec->farewell());
}

TEST(A2a, ACardThatLeadsElsewhereIsToldOf) {
  A2aCodec codec({.card = true, .url = here}, my_ids);
  EXPECT_EQ(codec.prelude().value().path, "/.well-known/agent-card.json");
  EXPECT_TRUE(codec.read_prelude(
      R"({"name":"a","supportedInterfaces":[{"url":"http://agent.test/rpc","protocolBinding":"JSONRPC"}]})"));
  EXPECT_FALSE(codec.warning());
  EXPECT_TRUE(codec.read_prelude(R"({"name":"a","url":"http://localhost:9999/"})"));
  EXPECT_EQ(codec.warning().value().reason, Reason::contract_drift);
  EXPECT_FALSE(codec.read_prelude(R"({"name":"a"})"));
}

std::string response(const std::string& type, const std::string& inner) {
  return R"({"type":")" + type + R"(","response":)" + inner + "}";
}

TEST(Responses, Endings) {
  const std::string text =
      R"({"output":[{"type":"reasoning"},{"type":"message","content":[{"type":"output_text","text":"3901"}]}]})";
  check({
      {responses, sse({response("response.completed", text)}), "response.completed=\"3901\""},
      {responses, sse({response("response.failed", R"({"error":{"code":"server_error","message":"boom"}})")}),
       "!response.failed(server_error: boom)"},
      {responses,
       sse({response("response.incomplete",
                     R"({"error":null,"incomplete_details":{"reason":"max_output_tokens"}})")}),
       "!response.incomplete(max_output_tokens)"},
      {responses, sse({R"({"type":"error","code":"rate_limit_exceeded","message":"slow down"})"}),
       "!error(rate_limit_exceeded: slow down) fail truncated: the stream ended without response.completed"},
      {responses, sse({"[DONE]"}), "fail truncated: the stream ended without response.completed"},
      {responses,
       sse({R"({"type":"response.web_search_call.in_progress"})",
            R"({"type":"response.web_search_call.completed"})", response("response.completed", "{}")}),
       "response.web_search_call.in_progress+web_search response.web_search_call.completed-web_search "
       "response.completed"},
  });
  EXPECT_EQ(shown(responses()->read_whole(R"({"error":{"code":"x","message":"y"}})")), "!error(x: y)");
}

TEST(Responses, WhatIsSent) {
  ResponsesCodec http({.model = "m", .max_output_tokens = 99}, ResponsesCodec::Over::http),
      socket({.model = "m"}, ResponsesCodec::Over::socket);
  EXPECT_EQ(http.call("q").body,
            R"({"model":"m","input":[{"role":"user","content":"q"}],"max_output_tokens":99,"stream":true})");
  EXPECT_THAT(socket.call("q").body, HasSubstr(R"("type":"response.create")"));
}

TEST(Vercel, EndingsAndOrder) {
  check({
      {vercel, sse({R"({"type":"start"})", "[DONE]"}), "start fail truncated: [DONE] came without finish"},
      {vercel, sse({R"({"type":"error","errorText":"boom"})"}),
       "!error(boom) fail truncated: the stream ended without finish"},
      {vercel, sse({R"({"type":"abort","reason":"user"})"}),
       "!abort(user) fail truncated: the stream ended without finish"},
      {vercel, sse({R"({"type":"text-start","id":"0"})", R"({"type":"finish"})"}),
       "text-start fail chain_incomplete: finish came while text part \"0\" was open"},
      {vercel, sse({R"({"type":"text-delta","id":"0","delta":"x"})"}),
       "fail chain_order: text-delta for part \"0\", which is not open"},
      {vercel,
       sse({R"({"type":"tool-input-start","toolCallId":"c","toolName":"calc"})",
            R"({"type":"tool-input-available","toolCallId":"c","toolName":"calc"})",
            R"({"type":"tool-output-available","toolCallId":"c"})", R"({"type":"finish"})"}),
       "tool-input-start+calc tool-input-available tool-output-available-calc finish"},
  });
}

TEST(Vercel, AFinishMaySayThatItFailed) {
  const auto failed = [](const std::string& more) {
    VercelCodec codec(my_ids);
    return codec.read({.type = {}, .data = R"({"type":"finish")" + more + "}", .id = {}})->front().failed;
  };
  EXPECT_TRUE(failed(R"(,"finishReason":"error")"));
  EXPECT_FALSE(failed(R"(,"finishReason":"stop")"));
  EXPECT_FALSE(failed(""));
}

TEST(Json, FillsInAndPointsOut) {
  EXPECT_EQ(filled_in(R"({"q":"{{question}}","t":"{{thread_id}}","x":"{{other}}"})", "a \"b\"\n", my_ids),
            R"({"q":"a \"b\"\n","t":"T-1","x":"{{other}}"})");
  EXPECT_EQ(filled_in("{{question}}", "{{run_id}}", my_ids),
            "{{run_id}}");  // what is filled in is not looked at
  const auto read = [](const std::string& answer, const std::string& body) {
    JsonCodec codec({.answer = answer}, my_ids);
    return shown(codec.read_whole(body));
  };
  const std::string pointer = "/choices/0/message/content";
  EXPECT_EQ(read(pointer, R"({"choices":[{"message":{"content":"3901"}}]})"), "answer=\"3901\"");
  EXPECT_EQ(read(pointer, R"({"choices":[{"message":{"content":[{"type":"text","text":"3901"}]}}]})"),
            "answer=\"3901\"");
  EXPECT_EQ(read("/n", R"({"n":3901})"), "answer=\"3901\"");
  EXPECT_EQ(read("", "It is 3901"), "answer=\"It is 3901\"");
  EXPECT_EQ(read(pointer, R"({"error":{"code":"E","message":"boom"}})"), "!error(E: boom)");
  EXPECT_EQ(read(pointer, R"({"detail":"boom"})"), "!detail(boom)");
  EXPECT_EQ(read("/a", R"({"a":"","status":"error","detail":"boom"})"), "!detail(boom)");
  EXPECT_EQ(read("/a", R"({"a":"","status":"failed","message":"boom"})"), "!status(failed: boom)");
  EXPECT_EQ(read("/a", R"({"a":"","status":"success"})"), "answer");
  EXPECT_THAT(read(pointer, "{}"), StartsWith("fail protocol: the answer has no /choices/0"));
  EXPECT_THAT(read(pointer, "oops"), StartsWith("fail protocol: wanted JSON"));
}

TEST(Reading, WhatCameTooLateIsNotHandedOn) {
  asio::io_context io;
  SimClock clock(io);
  Phases phases;
  Evidence evidence;
  answerback::Run run{clock, clock.now() + std::chrono::seconds(10), phases, evidence, {}};
  const std::vector<std::string> stages{"start", "finish"};
  const auto codec = vercel();
  AgentReading reading(run, *codec, stages, {});
  EXPECT_FALSE(reading.next(clock.now()));  // nothing there: more must be read
  reading.take({.type = {}, .data = R"({"type":"start"})", .id = {}});
  const auto early = reading.next(clock.now()),
             due = reading.next(clock.now() + std::chrono::milliseconds(1));
  ASSERT_TRUE(early && *early && due && *due);
  EXPECT_FALSE(**early);
  ASSERT_TRUE(**due);
  EXPECT_EQ((**due)->event.name, "start");
  reading.end();
  const auto last = reading.next(Steady::max());
  ASSERT_TRUE(last && !*last);
  EXPECT_EQ(last->error().reason, Reason::truncated);
}

TEST(Reading, AFloodOfPiecesIsOneFrame) {
  asio::io_context io;
  SimClock clock(io);
  Phases phases;
  Evidence evidence;
  answerback::Run run{clock, clock.now() + std::chrono::seconds(10), phases, evidence, {}};
  const std::vector<std::string> stages{"start", "finish"};
  const auto codec = vercel();
  AgentReading reading(run, *codec, stages, {Secret("k-123456")});
  net::SseReader reader;
  const std::string piece = R"({"type":"text-delta","id":"0","delta":"k-123456 "})";
  std::vector<std::string> documents{R"({"type":"text-start","id":"0"})"};
  documents.insert(documents.end(), 50, piece);
  documents.insert(documents.end(), {R"({"type":"text-end","id":"0"})", R"({"type":"finish"})"});
  reader.feed(sse(documents), [&](const net::SseEvent& event) {
    reading.take(event);
    return true;
  });
  std::string frames;
  for (const Frame& frame : evidence.frames()) frames += frame.label + " " + frame.text + "\n";
  EXPECT_THAT(frames, HasSubstr("received 49 more of text-delta\n"));
  EXPECT_THAT(frames, HasSubstr("answer <secret> <secret>"));
  EXPECT_EQ(evidence.frames().size(), 6u);
}

TEST(CodecsFuzz, WhateverComesIsHeardAndBounded) {
  std::mt19937 dice(11);
  std::size_t ended = 0, failed = 0;
  for (int round = 0; round < 4000; ++round) {
    const WholeStream& seed = whole_streams[static_cast<std::size_t>(round) % std::size(whole_streams)];
    std::string stream = seed.stream;
    for (unsigned changes = dice() % 5; changes > 0 && !stream.empty(); --changes) {
      const std::size_t at = dice() % stream.size();
      switch (dice() % 4) {
        case 0: stream[at] = static_cast<char>(dice()); break;
        case 1: stream.erase(at, 1 + dice() % 40); break;
        case 2: stream.insert(at, stream.substr(dice() % stream.size(), dice() % 200)); break;
        default: stream.insert(at, "\n\ndata: {\"type\":null,\"result\":{\"task\":[]}}\n\n");
      }
    }
    const auto codec = seed.make();
    const std::string text = heard(*codec, stream, dice() % (stream.size() + 1));
    ASSERT_FALSE(text.empty());
    ASSERT_LT(text.size(), 64 * stream.size() + 1000);
    ended += codec->over();
    failed += text.contains("fail ");
    codec->read_whole(stream);
    codec->read_prelude(stream);
    codec->farewell();
    boost::json::parse(codec->call("q").body);  // throws where it is none
  }
  EXPECT_GT(ended, 500U);
  EXPECT_GT(failed, 500U);
}

TEST(CodecsFuzz, AFloodOfOpenThingsIsCutShort) {
  std::vector<std::string> documents{R"({"type":"RUN_STARTED"})"};
  for (int i = 0; i < 1000; ++i)
    documents.push_back(R"({"type":"TEXT_MESSAGE_START","messageId":")" + std::to_string(i) + "\"}");
  EXPECT_THAT(heard(*ag_ui(), sse(documents)), HasSubstr("fail too_large"));
}

}  // namespace
}  // namespace answerback::probes
