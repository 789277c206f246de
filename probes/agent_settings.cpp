#include "probes/agent_settings.h"

#include <algorithm>

#include "probes/agent_canary.h"
#include "probes/agent_steps.h"

namespace answerback::probes {
namespace {

std::vector<std::string> read_chain(config::Fields& fields, const AgentDialectRow& row,
                                    const AgentDialect& dialect) {
  std::vector<std::string> chain = fields.texts(
      "chain",
      "the events an answer must come with, in order; left out: those of the preset or of `events`, "
      "otherwise agent_started, agent_thinking, tool_executing, tool_completed, agent_completed");
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const bool again = std::find(chain.begin(), chain.begin() + static_cast<std::ptrdiff_t>(i), chain[i]) !=
                       chain.begin() + static_cast<std::ptrdiff_t>(i);
    if (again || chain[i].empty()) fields.error("chain[" + std::to_string(i) + "]", "each event once");
  }
  const std::vector<std::string> known = dialect.stages();
  for (std::size_t i = 0; i < chain.size(); ++i) {
    if (!known.empty() && std::ranges::find(known, chain[i]) == known.end())
      fields.error("chain[" + std::to_string(i) + "]", "none of `events` is called so");
  }
  if (chain.empty()) chain = known;
  const std::span<const std::string_view> own = dialect.chain();
  if (chain.empty()) chain.assign(own.begin(), own.end());
  if (chain.empty()) chain.assign(row.chain.begin(), row.chain.end());
  return chain;
}

// Documentation shows the keys of all dialects: which one is spoken is not known then.
std::unique_ptr<const AgentDialect> read_dialect(config::Fields& fields, const AgentDialectRow& chosen) {
  if (fields.describes()) {
    fields.required_text("url", "ws or wss; http or https where the preset asks over HTTP");
    for (const AgentDialectRow& row : agent_dialects()) row.read(fields);
    steps_dialect.read(fields);
  }
  return chosen.read(fields);
}

const AgentDialectRow& choose_dialect(config::Fields& fields) {
  std::vector<std::string> names;
  for (const AgentDialectRow& row : agent_dialects()) {
    if (!row.name.empty()) names.emplace_back(row.name);
  }
  const std::string preset =
      fields.one_of("preset", "", names,
                    "the protocol spoken; left out: that of agent-chat platforms, or what `steps` say");
  if (preset.empty() && fields.has("steps")) return steps_dialect;
  return *std::ranges::find(agent_dialects(), preset, &AgentDialectRow::name);
}

ChainLimits read_limits(config::Fields fields, bool whole) {
  ChainLimits limits;
  limits.first_event =
      fields.duration("first_event", whole ? limits.completion : limits.first_event,
                      "from the request to the first event; 2m where the answer comes all at once");
  limits.gap_warn = fields.duration("gap_warn", limits.gap_warn, "warn when two events are further apart");
  limits.gap =
      fields.duration("gap", limits.gap, "between two events; a tool at work has a limit of its own");
  if (fields.has("gap_warn") && limits.gap_warn >= limits.gap)
    fields.error("gap_warn", "must be less than gap");
  limits.tool = fields.duration("tool", limits.tool, "for one tool");
  limits.completion = fields.duration("completion", limits.completion, "from the request to the last event");
  return limits;
}

}  // namespace

AgentSettings read_agent(config::Fields& fields) {
  AgentSettings settings;
  const AgentDialectRow& row = choose_dialect(fields);
  settings.dialect = read_dialect(fields, row);
  settings.chain = read_chain(fields, row, *settings.dialect);
  const std::string challenge = fields.one_of("challenge", "arithmetic", {"arithmetic", "none"},
                                              "what is asked, so that no canned answer can be right");
  settings.challenge = challenge == "none" ? ChallengeKind::none : ChallengeKind::arithmetic;
  settings.limits =
      read_limits(fields.child("limits", "how long each part of the chain may take, within `timeout`"),
                  settings.dialect->whole());
  settings.canned = usual_canned;
  for (std::string& text : fields.texts("canned", "further texts that give a made-up answer away"))
    settings.canned.push_back(std::move(text));
  config::Fields slow = fields.child("slow", "bounds on the time taken");
  settings.slow = read_slow(slow);
  return settings;
}

}  // namespace answerback::probes
