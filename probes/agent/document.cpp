#include "probes/agent/document.h"

#include "model/text.h"

namespace answerback::probes {
namespace {

constexpr std::size_t answer_kept = 64 * 1024;
constexpr std::size_t words_shown = 200, name_shown = 60;

AgentEvent event(EventKind kind, std::string_view name) {
  AgentEvent made;
  made.kind = kind;
  made.name = one_line(name, name_shown);
  return made;
}

}  // namespace

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
