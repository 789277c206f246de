#include "probes/agent/ag_ui.h"

#include <algorithm>
#include <utility>

#include "model/text.h"

namespace answerback::probes {
namespace {

constexpr std::size_t most_open = 256;  // of each kind: a hostile peer invents them

// The run goes on, and no more is said by them.
constexpr std::string_view others[] = {
    "STATE_SNAPSHOT",
    "STATE_DELTA",
    "ACTIVITY_SNAPSHOT",
    "ACTIVITY_DELTA",
    "RAW",
    "CUSTOM",
    "REASONING_START",
    "REASONING_MESSAGE_START",
    "REASONING_MESSAGE_CONTENT",
    "REASONING_MESSAGE_END",
    "REASONING_MESSAGE_CHUNK",
    "REASONING_END",
    "REASONING_ENCRYPTED_VALUE",
    "THINKING_START",
    "THINKING_END",
    "THINKING_TEXT_MESSAGE_START",
    "THINKING_TEXT_MESSAGE_CONTENT",
    "THINKING_TEXT_MESSAGE_END",
};

std::string quoted(const std::string& id) { return "\"" + one_line(id, 40) + "\""; }

AgentHeard not_open(const std::string& type, std::string_view what, const std::string& id) {
  return std::unexpected(
      out_of_order(type + " for " + std::string(what) + " " + quoted(id) + ", which is not open"));
}
AgentHeard open_already(const std::string& type, std::string_view what, const std::string& id) {
  return std::unexpected(
      out_of_order(type + " for " + std::string(what) + " " + quoted(id) + ", which is open already"));
}
AgentHeard too_many() {
  return std::unexpected(Failure{Reason::too_large, "more than " + std::to_string(most_open) +
                                                        " messages, tool calls or steps are open"});
}

AgentHeard one(AgentEvent event) { return std::vector<AgentEvent>{std::move(event)}; }

json::value value_of(const std::string& text) {
  return text.empty() ? json::value(json::object()) : json::parse(text);  // checked when it was read
}

}  // namespace

AgentCall AgUiCodec::call(std::string_view question) {
  json::object body{
      {"threadId", ids_.thread},
      {"runId", ids_.run},
      {"messages", json::array{json::object{{"id", ids_.message}, {"role", "user"}, {"content", question}}}},
      {"tools", json::array()},
      {"context", json::array()}};
  const std::string shown = json::serialize(body);  // what is configured may hold secrets
  body["state"] = value_of(settings_.state);
  body["forwardedProps"] = value_of(settings_.forwarded);
  return {.body = json::serialize(body), .shown = shown};
}

AgentHeard AgUiCodec::read(const net::SseEvent& event) {
  const auto document = object_in(event.data);
  if (!document) return one(unreadable_event());
  const std::string type = text_at(&*document, "type");
  std::vector<AgentEvent> before = end_chunks(type);
  AgentHeard heard = take(type, *document);
  if (heard) heard->insert(heard->begin(), before.begin(), before.end());
  return heard;
}

AgentHeard AgUiCodec::take(const std::string& type, const Object& event) {
  const bool other = std::ranges::find(others, type) != std::end(others);
  const auto is = [&](std::string_view prefix) { return type.starts_with(prefix); };
  const bool known = other || is("RUN_") || is("TEXT_MESSAGE_") || is("TOOL_CALL_") || is("STEP_") ||
                     type == "MESSAGES_SNAPSHOT";
  if (!known) return one(strange_event(type));
  if (type == "RUN_ERROR") return one(error_event(type, text_at(&event, "code"), text_at(&event, "message")));
  if (type == "RUN_STARTED") return started(event);
  if (run_ != Run::open)
    return std::unexpected(out_of_order(run_ == Run::awaited
                                            ? "the first event is " + type + " where RUN_STARTED is due"
                                            : type + " came after RUN_FINISHED"));
  if (type == "RUN_FINISHED") return finished(event);
  if (is("TEXT_MESSAGE_")) return message(type, event);
  if (is("TOOL_CALL_")) return tool_call(type, event);
  if (is("STEP_")) return step(type, event);
  if (const json::array* messages = array_at(&event, "messages")) {
    for (const json::value& value : *messages) {
      const json::object* said = value.if_object();
      if (text_at(said, "role") == "assistant") snapshot_ = content_text(said->if_contains("content"));
    }
  }
  return one(activity_event(type));
}

AgentHeard AgUiCodec::started(const Object& event) {
  if (run_ == Run::open) return std::unexpected(out_of_order("RUN_STARTED came while a run was open"));
  run_ = Run::open;
  const std::string run = text_at(&event, "runId"), thread = text_at(&event, "threadId");
  if (settings_.echo_ids && (run != ids_.run || thread != ids_.thread))
    return std::unexpected(Failure{Reason::misrouted, "asked as run " + ids_.run + " of thread " +
                                                          ids_.thread + ", answered by run " + quoted(run) +
                                                          " of thread " + quoted(thread)});
  return one(stage_event("RUN_STARTED"));
}

AgentHeard AgUiCodec::message(const std::string& type, const Object& event) {
  constexpr std::string_view what = "message";
  const std::string id = text_at(&event, "messageId");
  const auto open = messages_.find(id);
  if (type == "TEXT_MESSAGE_CHUNK") return message_chunk(event);
  if (type == "TEXT_MESSAGE_START") {
    if (open != messages_.end()) return open_already(type, what, id);
    if (messages_.size() == most_open) return too_many();
    const std::string role = text_at(&event, "role");
    messages_.emplace(id, role.empty() || role == "assistant");
    std::vector<AgentEvent> heard = end_silent_tools();
    heard.push_back(stage_event(type));
    return heard;
  }
  if (type != "TEXT_MESSAGE_CONTENT" && type != "TEXT_MESSAGE_END") return one(strange_event(type));
  if (open == messages_.end()) return not_open(type, what, id);
  if (type == "TEXT_MESSAGE_CONTENT") {
    if (open->second) answer_.add(id, text_at(&event, "delta"));
    return one(activity_event(type));
  }
  messages_.erase(open);
  return one(stage_event(type));
}

// Short for START, CONTENT and END: the first one opens the message, whatever comes next ends it.
AgentHeard AgUiCodec::message_chunk(const Object& event) {
  std::string id = text_at(&event, "messageId");
  if (id.empty()) id = chunked_message_;
  if (id.empty()) return std::unexpected(out_of_order("the first TEXT_MESSAGE_CHUNK names no message"));
  std::vector<AgentEvent> heard;
  if (id != chunked_message_) {
    if (!chunked_message_.empty()) heard.push_back(stage_event("TEXT_MESSAGE_END"));
    chunked_message_ = id;
    heard.push_back(stage_event("TEXT_MESSAGE_START"));
  }
  const std::string role = text_at(&event, "role");
  if (role.empty() || role == "assistant") answer_.add(id, text_at(&event, "delta"));
  heard.push_back(activity_event("TEXT_MESSAGE_CONTENT"));
  return heard;
}

AgentHeard AgUiCodec::tool_call(const std::string& type, const Object& event) {
  constexpr std::string_view what = "tool call";
  const std::string id = text_at(&event, "toolCallId");
  const auto open = calls_.find(id);
  if (type == "TOOL_CALL_CHUNK") return tool_chunk(event);
  if (type == "TOOL_CALL_RESULT") {
    const auto called = results_.extract(id);
    return one(called.empty() ? stage_event(type) : tool_event(type, ToolEdge::ends, called.mapped()));
  }
  if (type == "TOOL_CALL_START") {
    if (open != calls_.end()) return open_already(type, what, id);
    if (calls_.size() == most_open) return too_many();
    calls_.emplace(id, text_at(&event, "toolCallName"));
    return one(tool_event(type, ToolEdge::begins, calls_[id]));
  }
  if (type != "TOOL_CALL_ARGS" && type != "TOOL_CALL_END") return one(strange_event(type));
  if (open == calls_.end()) return not_open(type, what, id);
  if (type == "TOOL_CALL_ARGS") return one(activity_event(type));
  if (results_.size() < most_open) results_.insert_or_assign(id, open->second);
  calls_.erase(open);
  return one(stage_event(type));
}

AgentHeard AgUiCodec::tool_chunk(const Object& event) {
  std::string id = text_at(&event, "toolCallId");
  if (id.empty()) id = chunked_call_;
  if (id.empty()) return std::unexpected(out_of_order("the first TOOL_CALL_CHUNK names no tool call"));
  if (id == chunked_call_) return one(activity_event("TOOL_CALL_ARGS"));
  std::vector<AgentEvent> heard;
  if (!chunked_call_.empty()) heard.push_back(stage_event("TOOL_CALL_END"));
  chunked_call_ = id;
  if (results_.size() < most_open) results_.insert_or_assign(id, text_at(&event, "toolCallName"));
  heard.push_back(tool_event("TOOL_CALL_START", ToolEdge::begins, text_at(&event, "toolCallName")));
  return heard;
}

std::vector<AgentEvent> AgUiCodec::end_chunks(std::string_view next) {
  std::vector<AgentEvent> ended;
  const bool aside = next == "RAW" || next.starts_with("ACTIVITY_") || next == "REASONING_ENCRYPTED_VALUE";
  if (aside) return ended;
  if (next != "TEXT_MESSAGE_CHUNK" && !std::exchange(chunked_message_, {}).empty())
    ended.push_back(stage_event("TEXT_MESSAGE_END"));
  if (next != "TOOL_CALL_CHUNK" && !std::exchange(chunked_call_, {}).empty())
    ended.push_back(stage_event("TOOL_CALL_END"));
  return ended;
}

// Not every server tells what a tool gave. An agent that speaks again has it.
std::vector<AgentEvent> AgUiCodec::end_silent_tools() {
  std::vector<AgentEvent> ended;
  for (const auto& [id, tool] : std::exchange(results_, {}))
    ended.push_back(tool_event("TOOL_CALL_END", ToolEdge::ends, tool));
  return ended;
}

AgentHeard AgUiCodec::step(const std::string& type, const Object& event) {
  const std::string name = text_at(&event, "stepName");
  if (type == "STEP_STARTED") {
    if (steps_.size() == most_open) return too_many();
    if (!steps_.insert(name).second) return open_already(type, "step", name);
  } else if (type != "STEP_FINISHED") {
    return one(strange_event(type));
  } else if (steps_.erase(name) == 0) {
    return not_open(type, "step", name);
  }
  return one(stage_event(type));
}

std::string AgUiCodec::left_open() const {
  if (!messages_.empty()) return "message " + quoted(messages_.begin()->first);
  if (!calls_.empty()) return "tool call " + quoted(calls_.begin()->first);
  return steps_.empty() ? "" : "step " + quoted(*steps_.begin());
}

AgentHeard AgUiCodec::finished(const Object& event) {
  if (const std::string open = left_open(); !open.empty())
    return std::unexpected(
        Failure{Reason::chain_incomplete, "RUN_FINISHED came while " + open + " was open"});
  run_ = Run::finished;
  const json::object* outcome = object_at(&event, "outcome");
  const std::string how = text_at(outcome, "type");
  if (how == "interrupt") {
    const json::array* interrupts = array_at(outcome, "interrupts");
    const json::object* first =
        interrupts && !interrupts->empty() ? interrupts->front().if_object() : nullptr;
    const std::string why = text_at(first, "reason");
    return one(error_event("RUN_FINISHED", "the agent waits for a human", why));
  }
  if (!how.empty() && how != "success") return one(error_event("RUN_FINISHED", "outcome " + how, ""));
  std::vector<AgentEvent> heard = end_silent_tools();
  std::string answer = answer_.empty() ? snapshot_ : answer_.text();
  if (answer.empty()) answer = content_text(event.if_contains("result"));
  heard.push_back(end_event("RUN_FINISHED", std::move(answer)));
  return heard;
}

}  // namespace answerback::probes
