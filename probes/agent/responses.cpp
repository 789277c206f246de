#include "probes/agent/responses.h"

namespace answerback::probes {
namespace {

AgentHeard one(AgentEvent event) { return std::vector<AgentEvent>{std::move(event)}; }

// "web_search" of response.web_search_call.completed.
std::string tool_in(std::string_view type, std::string_view ending) {
  constexpr std::string_view prefix = "response.", call = "_call";
  if (!type.starts_with(prefix) || !type.ends_with(ending)) return {};
  type.remove_prefix(prefix.size());
  type.remove_suffix(ending.size());
  if (!type.ends_with(call)) return {};
  return std::string(type.substr(0, type.size() - call.size()));
}

AgentEvent event_of(const std::string& type) {
  if (const std::string tool = tool_in(type, ".in_progress"); !tool.empty())
    return tool_event(type, ToolEdge::begins, tool);
  for (const std::string_view ending : {".completed", ".failed"}) {
    if (const std::string tool = tool_in(type, ending); !tool.empty())
      return tool_event(type, ToolEdge::ends, tool);
  }
  return type.ends_with(".delta") ? activity_event(type) : stage_event(type);
}

// All the text of a whole response.
std::string output_text(const json::object* response) {
  StreamedAnswer answer;
  const json::array* output = array_at(response, "output");
  for (std::size_t i = 0; output && i < output->size(); ++i) {
    const json::object* item = (*output)[i].if_object();
    if (text_at(item, "type") == "message")
      answer.add(std::to_string(i), content_text(item->if_contains("content")));
  }
  return answer.text();
}

}  // namespace

AgentCall ResponsesCodec::call(std::string_view question) {
  json::object body{{"model", settings_.model},
                    {"input", json::array{json::object{{"role", "user"}, {"content", question}}}},
                    {"max_output_tokens", settings_.max_output_tokens}};
  if (!settings_.instructions.empty()) body["instructions"] = settings_.instructions;
  if (transport_ == Over::socket)
    body["type"] = "response.create";
  else
    body["stream"] = true;
  return {.body = json::serialize(body)};
}

AgentHeard ResponsesCodec::read(const net::SseEvent& event) {
  if (event.data == "[DONE]") return {};  // of servers that are used to saying so
  const auto document = object_in(event.data);
  if (!document) return one(unreadable_event());
  const std::string type = text_at(&*document, "type");
  if (type == "error") {
    const json::object* error = object_at(&*document, "error");
    if (!error) error = &*document;
    return one(error_event(type, text_at(error, "code"), text_at(error, "message")));
  }
  if (!type.starts_with("response.")) return one(strange_event(type));
  if (type == "response.completed" || type == "response.failed" || type == "response.incomplete" ||
      type == "response.cancelled")
    return ended(type, object_at(&*document, "response"));
  if (type == "response.output_text.delta")
    answer_.add(text_at(&*document, "item_id") + "/" + text_at(&*document, "content_index"),
                text_at(&*document, "delta"));
  return one(event_of(type));
}

AgentHeard ResponsesCodec::ended(const std::string& type, const json::object* response) {
  ended_ = true;
  const json::object* error = object_at(response, "error");
  if (error) return one(error_event(type, text_at(error, "code"), text_at(error, "message")));
  const std::string why = text_at(object_at(response, "incomplete_details"), "reason");
  if (type != "response.completed") return one(error_event(type, why, ""));
  return one(end_event(type, answer_.empty() ? output_text(response) : answer_.text()));
}

AgentHeard ResponsesCodec::read_whole(std::string_view body) {
  const auto document = object_in(body);
  const json::object* error = document ? object_at(&*document, "error") : nullptr;
  if (!error) return AgentCodec::read_whole(body);
  return one(error_event("error", text_at(error, "code"), text_at(error, "message")));
}

}  // namespace answerback::probes
