#pragma once
// What a codec makes of a stream, as one line a test can compare.

#include <string>
#include <vector>

#include "net/sse.h"
#include "probes/agent/codec.h"

namespace answerback::probes {

inline const AgentIds my_ids{.thread = "T-1", .run = "R-1", .message = "M-1"};

// NAME a stage, ~NAME at work, !NAME(words) an error, ?NAME means nothing; NAME+tool and NAME-tool begin and
// end one; NAME="answer".
inline std::string shown(const AgentEvent& event) {
  std::string text = event.kind == EventKind::stage         ? ""
                     : event.kind == EventKind::activity    ? "~"
                     : event.kind == EventKind::agent_error ? "!"
                                                            : "?";
  text += event.name;
  if (event.kind == EventKind::agent_error) text += "(" + event.words + ")";
  if (event.edge != ToolEdge::none) text += (event.edge == ToolEdge::begins ? "+" : "-") + event.tool;
  if (!event.answer.empty()) text += "=\"" + event.answer + "\"";
  return text;
}

inline std::string shown(const AgentHeard& heard) {
  if (!heard) return "fail " + std::string(name(heard.error().reason)) + ": " + heard.error().detail;
  std::string text;
  for (const AgentEvent& event : *heard) text += (text.empty() ? "" : " ") + shown(event);
  return text;
}

// All of a stream, in pieces cut there, and its end.
inline std::string heard(AgentCodec& codec, const std::string& stream, std::size_t cut = 0) {
  std::string text;
  bool failed = false;
  const auto add = [&](const AgentHeard& what) {
    if (const std::string more = shown(what); !more.empty()) text += (text.empty() ? "" : " ") + more;
    failed = !what;
  };
  net::SseReader reader;
  const auto on_event = [&](const net::SseEvent& event) {
    add(codec.read(event));
    return !failed;
  };
  const std::string_view whole = stream;
  reader.feed(whole.substr(0, cut), on_event);
  if (!failed) reader.feed(whole.substr(cut), on_event);
  if (!failed) add(codec.end());
  return text;
}

// "data: …" for each document.
inline std::string sse(const std::vector<std::string>& documents) {
  std::string text;
  for (const std::string& document : documents) text += "data: " + document + "\n\n";
  return text;
}

namespace streams {
inline const std::string ag_ui = sse({
    R"({"type":"RUN_STARTED","threadId":"T-1","runId":"R-1","parentRunId":null})",
    R"({"type":"TOOL_CALL_START","toolCallId":"c","toolCallName":"calc","parentMessageId":null})",
    R"({"type":"TOOL_CALL_ARGS","toolCallId":"c","delta":"{}"})",
    R"({"type":"TOOL_CALL_END","toolCallId":"c"})",
    R"({"type":"TOOL_CALL_RESULT","messageId":"r","toolCallId":"c","content":"3901"})",
    R"({"type":"TEXT_MESSAGE_START","messageId":"m","role":"assistant"})",
    R"({"type":"TEXT_MESSAGE_CONTENT","messageId":"m","delta":"It is 39"})",
    R"({"type":"TEXT_MESSAGE_CONTENT","messageId":"m","delta":"01."})",
    R"({"type":"TEXT_MESSAGE_END","messageId":"m"})",
    R"({"type":"RUN_FINISHED","threadId":"T-1","runId":"R-1","outcome":null})",
});
// As its server sends it: pretty-printed over many lines, the id behind the data, comments in between.
inline const std::string langgraph =
    "event: metadata\ndata: {\ndata:   \"run_id\": \"R\",\ndata:   \"attempt\": 1\ndata: }\nid: 0\n\n: "
    "heartbeat\n\n"
    "event: values\ndata: {\"messages\":[{\"type\":\"human\",\"content\":\"hi\"}]}\n\n"
    "event: messages\ndata: [{\"type\":\"AIMessageChunk\",\"id\":\"a\",\"content\":\"It is \"},{}]\n\n"
    "event: messages\ndata: [{\"type\":\"AIMessageChunk\",\"id\":\"a\",\"content\":\"3901\"},{}]\n\n"
    "event: values\ndata: {\ndata:   \"messages\": [\ndata:     "
    "{\"type\":\"human\",\"content\":\"hi\"},\ndata:     "
    "{\"type\":\"ai\",\"content\":[{\"type\":\"text\",\"text\":\"It is 3901\"}]}\ndata:   ]\ndata: }\nid: "
    "4\n\n";
inline const std::string a2a = sse({
    R"({"jsonrpc":"2.0","id":"M-1","result":{"task":{"id":"t","contextId":"c","status":{"state":"TASK_STATE_SUBMITTED"}}}})",
    R"({"jsonrpc":"2.0","id":"M-1","result":{"statusUpdate":{"taskId":"t","status":{"state":"TASK_STATE_WORKING"}}}})",
    R"({"jsonrpc":"2.0","id":"M-1","result":{"artifactUpdate":{"taskId":"t","artifact":{"artifactId":"a","parts":[{"text":"39"}]}}}})",
    R"({"jsonrpc":"2.0","id":"M-1","result":{"artifactUpdate":{"taskId":"t","append":true,"artifact":{"artifactId":"a","parts":[{"text":"01"}]}}}})",
    R"({"jsonrpc":"2.0","id":"M-1","result":{"statusUpdate":{"taskId":"t","status":{"state":"TASK_STATE_COMPLETED"}}}})",
});
inline const std::string responses =
    "event: response.created\ndata: "
    "{\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"r\"}}\n\n"
    "event: response.output_text.delta\ndata: "
    "{\"type\":\"response.output_text.delta\",\"item_id\":\"i\",\"delta\":\"39\"}\n\n"
    "event: response.output_text.delta\ndata: "
    "{\"type\":\"response.output_text.delta\",\"item_id\":\"i\",\"delta\":\"01\"}\n\n"
    "event: response.output_text.done\ndata: {\"type\":\"response.output_text.done\",\"text\":\"3901\"}\n\n"
    "event: response.completed\ndata: "
    "{\"type\":\"response.completed\",\"response\":{\"status\":\"completed\"}}\n\n";
inline const std::string vercel = sse(
    {R"({"type":"start","messageId":"m"})", R"({"type":"start-step"})", R"({"type":"text-start","id":"0"})",
     R"({"type":"text-delta","id":"0","delta":"39"})", R"({"type":"text-delta","id":"0","delta":"01"})",
     R"({"type":"text-end","id":"0"})", R"({"type":"finish-step"})", R"({"type":"finish"})", "[DONE]"});
}  // namespace streams

}  // namespace answerback::probes
