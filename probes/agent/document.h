#pragma once
// What the codecs of agents' protocols have in common: events made of documents. Pure.

#include <string>
#include <string_view>

#include "probes/agent/codec.h"
#include "probes/shared/document.h"

namespace answerback::probes {

// The text of `content` as messages have it: a string, or a list of parts of which some are text.
std::string content_text(const json::value*);

AgentEvent stage_event(std::string_view name);
AgentEvent activity_event(std::string_view name);
AgentEvent tool_event(std::string_view name, ToolEdge, std::string_view tool);
AgentEvent end_event(std::string_view name, std::string answer);
AgentEvent error_event(std::string_view name, std::string_view code, std::string_view message);
AgentEvent strange_event(std::string_view name);  // JSON that says nothing to us
AgentEvent unreadable_event();

Failure out_of_order(std::string detail);  // chain_order

// An answer that is streamed: its pieces joined, those of another part on a line of their own. Capped.
class StreamedAnswer {
 public:
  void add(std::string_view part, std::string_view piece);
  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }

 private:
  std::string part_, text_;
};

}  // namespace answerback::probes
