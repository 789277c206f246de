#include "probes/agent/tools.h"

#include <algorithm>

#include "model/text.h"

namespace answerback::probes {
namespace {

constexpr std::size_t names_kept = 64;  // a hostile peer invents them

std::string key_of(const AgentEvent& event) {
  std::string key = one_line(event.tool, 60);
  std::ranges::transform(key, key.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (!event.call.empty()) key += " (" + one_line(event.call, 40) + ")";
  return key;
}

std::string spoken(const std::string& key) { return key.empty() ? "without a name" : key; }

constexpr auto is_open = [](const auto& tool) { return tool.second.open > 0; };

}  // namespace

void ToolCalls::take(const AgentEvent& event, Steady at) {
  if (event.edge == ToolEdge::begins || event.name == "tool_executing")
    begin(key_of(event), at);
  else if (event.edge == ToolEdge::ends || event.name == "tool_completed" || event.name == "tool_error" ||
           event.name == "tool_failed")
    end(key_of(event));
}

void ToolCalls::begin(const std::string& key, Steady at) {
  if (tools_.size() >= names_kept) std::erase_if(tools_, [](const auto& tool) { return !is_open(tool); });
  if (tools_.size() >= names_kept && !tools_.contains(key)) return;
  Calls& calls = tools_[key];
  if (calls.open == 0) calls = {.since = at};
  ++calls.open;
}

void ToolCalls::end(const std::string& key) {
  auto ended = tools_.find(key);
  if (ended == tools_.end() || !is_open(*ended))
    ended = key.empty() ? std::ranges::find_if(tools_, is_open) : tools_.find("");
  if (ended == tools_.end() || !is_open(*ended)) return;
  --ended->second.open;
  ended->second.ended = true;
}

bool ToolCalls::open() const { return std::ranges::any_of(tools_, is_open); }

std::optional<ToolCalls::Call> ToolCalls::oldest() const {
  std::optional<Call> oldest;
  for (const auto& [key, calls] : tools_) {
    if (calls.open > 0 && (!oldest || calls.since < oldest->since)) oldest = Call{spoken(key), calls.since};
  }
  return oldest;
}

std::optional<std::string> ToolCalls::never_ended() const {
  const auto never =
      std::ranges::find_if(tools_, [](const auto& tool) { return is_open(tool) && !tool.second.ended; });
  return never == tools_.end() ? std::nullopt : std::optional(spoken(never->first));
}

}  // namespace answerback::probes
