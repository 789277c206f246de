#include "probes/agent/langgraph.h"

#include <algorithm>

#include "probes/shared/expect/body.h"

namespace answerback::probes {
namespace {

constexpr std::size_t most_calls = 256;

constexpr std::string_view others[] = {"updates",     "debug",  "custom",           "tasks",
                                       "checkpoints", "events", "messages/metadata"};

AgentHeard one(AgentEvent event) { return std::vector<AgentEvent>{std::move(event)}; }

bool is_agents(const json::object* message) {
  const std::string type = text_at(message, "type");
  return type == "ai" || type == "AIMessageChunk" || text_at(message, "role") == "assistant";
}

bool calls_tools(const json::object* message) {
  const json::array* calls = array_at(message, "tool_calls");
  return calls && !calls->empty();
}

// Put into a path: nothing that could lead elsewhere.
bool is_id(std::string_view id) {
  return !id.empty() && id.size() <= 128 && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

}  // namespace

// The id is ours, so that the thread can be deleted even when the answer does not reach us.
std::optional<AgentCall> LangGraphCodec::prelude() {
  if (!settings_.thread) return std::nullopt;
  made_ = true;
  return AgentCall{.path = "/threads",
                   .headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}},
                   .body = json::serialize(json::object{{"thread_id", thread_}})};
}

std::expected<void, Failure> LangGraphCodec::read_prelude(std::string_view body) {
  const auto document = object_in(body);
  const std::string id = document ? text_at(&*document, "thread_id") : "";
  if (!is_id(id))
    return std::unexpected(
        Failure{Reason::protocol, "wanted a thread with its thread_id, got " + describe_body(body)});
  thread_ = id;
  return {};
}

std::optional<AgentCall> LangGraphCodec::farewell() const {
  if (!made_) return std::nullopt;
  return AgentCall{.method = "DELETE", .path = "/threads/" + thread_, .headers = {}};
}

AgentCall LangGraphCodec::call(std::string_view question) {
  json::object body{
      {"assistant_id", settings_.assistant},
      {"input",
       json::object{{"messages", json::array{json::object{{"role", "user"}, {"content", question}}}}}},
      {"on_disconnect", "cancel"}};
  if (settings_.stream) body["stream_mode"] = json::array{"values", "messages-tuple"};
  return {.path = (settings_.thread ? "/threads/" + thread_ : "") +
                  (settings_.stream ? "/runs/stream" : "/runs/wait"),
          .headers = {{"Content-Type", "application/json"},
                      {"Accept", settings_.stream ? "text/event-stream" : "application/json"}},
          .body = json::serialize(body)};
}

AgentHeard LangGraphCodec::read(const net::SseEvent& event) {
  if (event.type == "end") return end();
  if (event.type == "metadata") return one(stage_event("metadata"));
  if (event.type == "messages") {
    boost::system::error_code error;
    const json::value document = json::parse(event.data, error);
    const json::array* pair = error ? nullptr : document.if_array();
    const json::object* message = pair && !pair->empty() ? pair->front().if_object() : nullptr;
    const std::string text = is_agents(message) ? content_text(message->if_contains("content")) : "";
    if (text.empty()) return one(activity_event("step"));
    streamed_.add(text_at(message, "id"), text);
    return one(activity_event("messages"));
  }
  if (std::ranges::find(others, event.type) != std::end(others) || event.type.starts_with("messages/") ||
      event.type.contains('|'))  // of a subgraph
    return one(activity_event(event.type));
  const auto document = object_in(event.data);
  if (!document) return one(unreadable_event());
  if (event.type == "error")
    return one(error_event("error", text_at(&*document, "error"), text_at(&*document, "message")));
  return event.type == "values" ? state(*document) : one(strange_event(event.type));
}

AgentHeard LangGraphCodec::state(const json::object& values) {
  if (const json::object* error = object_at(&values, "__error__"))
    return one(error_event("__error__", text_at(error, "error"), text_at(error, "message")));
  if (const json::array* waiting = array_at(&values, "__interrupt__"); waiting && !waiting->empty()) {
    const json::object* first = waiting->front().if_object();
    return one(error_event("__interrupt__", "the graph waits for a human", text_at(first, "value")));
  }
  std::vector<AgentEvent> heard;
  const json::array* messages = array_at(&values, "messages");
  for (std::size_t i = 0; messages && i < messages->size(); ++i) {
    if (const json::object* message = (*messages)[i].if_object()) tools_of(*message, heard);
  }
  const json::object* last = messages && !messages->empty() ? messages->back().if_object() : nullptr;
  if (!is_agents(last) || calls_tools(last)) {
    heard.push_back(activity_event("step"));
    return heard;
  }
  final_ = content_text(last->if_contains("content"));
  heard.push_back(stage_event("values"));
  return heard;
}

void LangGraphCodec::tools_of(const json::object& message, std::vector<AgentEvent>& heard) {
  if (const json::array* calls = is_agents(&message) ? array_at(&message, "tool_calls") : nullptr) {
    for (const json::value& value : *calls) {
      const std::string id = text_at(value.if_object(), "id"), tool = text_at(value.if_object(), "name");
      if (called_.size() == most_calls || !called_.insert(id).second) continue;
      tools_.emplace(id, tool);
      heard.push_back(tool_event("tool_call", ToolEdge::begins, tool));
    }
  }
  if (text_at(&message, "type") != "tool") return;
  if (const auto called = tools_.extract(text_at(&message, "tool_call_id")); !called.empty())
    heard.push_back(tool_event("tool_result", ToolEdge::ends, called.mapped()));
}

AgentHeard LangGraphCodec::read_whole(std::string_view body) {
  const auto document = object_in(body);
  const bool error = document && document->contains("__error__");
  if (settings_.stream && !error) return AgentCodec::read_whole(body);
  if (!document)
    return std::unexpected(Failure{Reason::protocol, "wanted the graph's state, got " + describe_body(body)});
  return state(*document);
}

AgentHeard LangGraphCodec::end() {
  if (std::exchange(over_, true)) return {};
  return one(end_event("end", final_.empty() ? streamed_.text() : final_));
}

}  // namespace answerback::probes
