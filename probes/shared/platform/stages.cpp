#include "probes/shared/platform/stages.h"

#include <algorithm>

namespace answerback::probes {

Stages read_stages(config::Fields& fields, std::span<const std::string_view> usual) {
  std::vector<std::string> written =
      fields.texts("chain",
                   "the events an answer must come with, in order, \"name?\" where it need not; left out: "
                   "those of the preset or of `events`, otherwise agent_started, agent_thinking, "
                   "tool_executing, tool_completed, agent_completed");
  if (written.empty()) written.assign(usual.begin(), usual.end());
  Stages stages;
  for (std::size_t i = 0; i < written.size(); ++i) {
    std::string& name = written[i];
    const std::string key = "chain[" + std::to_string(i) + "]";
    const bool optional = name.ends_with('?');
    if (optional) name.pop_back();
    if (optional && (i == 0 || i + 1 == written.size()))
      fields.error(key, "the first and the last event must come");
    if (name.empty() || std::ranges::find(stages.names, name) != stages.names.end())
      fields.error(key, "each event once");
    if (optional) stages.optional.insert(name);
    stages.names.push_back(std::move(name));
  }
  return stages;
}

}  // namespace answerback::probes
