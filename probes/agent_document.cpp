#include "probes/agent_document.h"

#include "model/text.h"

namespace answerback::probes {
namespace {

constexpr std::size_t deepest = 64;
constexpr std::size_t answer_kept = 64 * 1024;
constexpr std::size_t words_shown = 200, name_shown = 60;

const json::value* member(const json::object* object, std::string_view key) {
  const json::value* value = object ? object->if_contains(key) : nullptr;
  return value && !value->is_null() ? value : nullptr;
}

AgentEvent event(EventKind kind, std::string_view name) {
  AgentEvent made;
  made.kind = kind;
  made.name = one_line(name, name_shown);
  return made;
}

}  // namespace

std::optional<json::object> object_in(std::string_view text) {
  json::parse_options options;
  options.max_depth = deepest;
  boost::system::error_code error;
  json::value document = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
  if (error || !document.is_object()) return std::nullopt;
  return std::move(document.get_object());
}

const json::object* object_at(const json::object* object, std::string_view key) {
  const json::value* value = member(object, key);
  return value ? value->if_object() : nullptr;
}

const json::array* array_at(const json::object* object, std::string_view key) {
  const json::value* value = member(object, key);
  return value ? value->if_array() : nullptr;
}

std::string text_at(const json::object* object, std::string_view key) {
  const json::value* value = member(object, key);
  if (!value || value->is_structured() || value->is_bool()) return {};
  return value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
}

std::string content_text(const json::value* content) {
  if (!content) return {};
  if (content->is_string()) return std::string(content->get_string());
  std::string text;
  const json::array* parts = content->if_array();
  for (std::size_t i = 0; parts && i < parts->size() && text.size() < answer_kept; ++i) {
    if ((*parts)[i].is_string()) text += std::string_view((*parts)[i].get_string());
    if (const json::object* part = (*parts)[i].if_object()) text += text_at(part, "text");
  }
  return text;
}

AgentEvent stage_event(std::string_view name) { return event(EventKind::stage, name); }
AgentEvent activity_event(std::string_view name) { return event(EventKind::activity, name); }
AgentEvent strange_event(std::string_view name) { return event(EventKind::unknown, name); }
AgentEvent unreadable_event() { return event(EventKind::unreadable, ""); }

AgentEvent tool_event(std::string_view name, ToolEdge edge, std::string_view tool) {
  AgentEvent made = stage_event(name);
  made.edge = edge;
  made.tool = one_line(tool, name_shown);
  return made;
}

AgentEvent end_event(std::string_view name, std::string answer) {
  AgentEvent made = stage_event(name);
  made.answer = std::move(answer);
  return made;
}

AgentEvent error_event(std::string_view name, std::string_view code, std::string_view message) {
  AgentEvent made = event(EventKind::agent_error, name);
  std::string words(code);
  if (!message.empty() && message != code) (words += words.empty() ? "" : ": ") += message;
  made.words = one_line(words, words_shown);
  return made;
}

Failure out_of_order(std::string detail) { return {Reason::chain_order, std::move(detail)}; }

void StreamedAnswer::add(std::string_view part, std::string_view piece) {
  if (text_.size() + piece.size() > answer_kept || piece.empty()) return;
  if (!text_.empty() && part != part_) text_ += '\n';
  part_ = part;
  text_ += piece;
}

}  // namespace answerback::probes
