#pragma once
// What the codecs of agents' protocols have in common: documents read as their writers may have meant them
// (a null is an absence), and events made of them. Pure.

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "probes/agent_codec.h"

namespace answerback::probes {

namespace json = boost::json;

// The object, or nullopt where the text is none: then it says nothing, and changes nothing.
std::optional<json::object> object_in(std::string_view text);

// Members, absent where they are null or of another type. A null object has none.
const json::object* object_at(const json::object*, std::string_view key);
const json::array* array_at(const json::object*, std::string_view key);
std::string text_at(const json::object*, std::string_view key);  // a string; a number as it is written

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
