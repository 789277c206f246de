#include "probes/agent/vercel.h"

#include <algorithm>

#include "model/text.h"

namespace answerback::probes {
namespace {

constexpr std::size_t most_open = 256;

constexpr std::string_view stages[] = {"start", "start-step", "finish-step"};
constexpr std::string_view others[] = {"reasoning-start", "reasoning-delta", "reasoning-end",
                                       "source-url",      "source-document", "file",
                                       "message-metadata"};
constexpr std::string_view tool_ends[] = {"tool-output-available", "tool-output-error", "tool-output-denied",
                                          "tool-input-error"};

bool among(std::span<const std::string_view> list, std::string_view name) {
  return std::ranges::find(list, name) != list.end();
}

AgentHeard one(AgentEvent event) { return std::vector<AgentEvent>{std::move(event)}; }

std::string quoted(const std::string& id) { return "\"" + one_line(id, 40) + "\""; }

}  // namespace

AgentCall VercelCodec::call(std::string_view question) {
  const json::object message{{"id", ids_.message},
                             {"role", "user"},
                             {"parts", json::array{json::object{{"type", "text"}, {"text", question}}}}};
  return {.body = json::serialize(json::object{
              {"id", ids_.thread}, {"messages", json::array{message}}, {"trigger", "submit-message"}})};
}

AgentHeard VercelCodec::read(const net::SseEvent& event) {
  if (event.data == "[DONE]") {
    if (finished_) return {};
    return std::unexpected(Failure{Reason::truncated, "[DONE] came without finish"});
  }
  const auto document = object_in(event.data);
  if (!document) return one(unreadable_event());
  const std::string type = text_at(&*document, "type");
  if (type == "error") return one(error_event(type, "", text_at(&*document, "errorText")));
  if (type == "abort") return one(error_event(type, "", text_at(&*document, "reason")));
  if (type == "finish") return finish(text_at(&*document, "finishReason") == "error");
  if (type.starts_with("text-")) return text_part(type, *document);
  if (type.starts_with("tool-")) return tool_part(type, *document);
  if (among(stages, type)) return one(stage_event(type));
  if (among(others, type) || type.starts_with("data-")) return one(activity_event(type));
  return one(strange_event(type));
}

AgentHeard VercelCodec::text_part(const std::string& type, const json::object& part) {
  const std::string id = text_at(&part, "id");
  if (type == "text-start") {
    if (texts_.size() == most_open || !texts_.insert(id).second)
      return std::unexpected(out_of_order("text-start for part " + quoted(id) + ", which is open already"));
    return one(stage_event(type));
  }
  if (type != "text-delta" && type != "text-end") return one(strange_event(type));
  if (!texts_.contains(id))
    return std::unexpected(out_of_order(type + " for part " + quoted(id) + ", which is not open"));
  if (type == "text-delta") {
    answer_.add(id, text_at(&part, "delta"));
    return one(activity_event(type));
  }
  texts_.erase(id);
  return one(stage_event(type));
}

AgentHeard VercelCodec::tool_part(const std::string& type, const json::object& part) {
  const std::string id = text_at(&part, "toolCallId");
  const bool begins = type == "tool-input-start" || type == "tool-input-available";
  if (begins && !tools_.contains(id) && tools_.size() < most_open) {
    tools_.emplace(id, text_at(&part, "toolName"));
    return one(tool_event(type, ToolEdge::begins, tools_[id]));
  }
  if (among(tool_ends, type)) {
    const auto ended = tools_.extract(id);
    return one(ended.empty() ? stage_event(type) : tool_event(type, ToolEdge::ends, ended.mapped()));
  }
  return one(begins ? stage_event(type) : activity_event(type));
}

AgentHeard VercelCodec::finish(bool failed) {
  if (!texts_.empty())
    return std::unexpected(Failure{Reason::chain_incomplete,
                                   "finish came while text part " + quoted(*texts_.begin()) + " was open"});
  finished_ = true;
  AgentEvent end = end_event("finish", answer_.text());
  end.failed = failed;
  return one(std::move(end));
}

}  // namespace answerback::probes
