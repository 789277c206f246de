#include "probes/agent/settings.h"

#include <algorithm>

#include "probes/agent/canary.h"
#include "probes/agent/steps.h"

namespace answerback::probes {
namespace {

// Of the configuration, else of the dialect as it is configured, else of its row.
Stages read_chain(config::Fields& fields, const AgentDialectRow& row, const AgentDialect& dialect) {
  const std::vector<std::string> known = dialect.stages();
  std::vector<std::string_view> usual(known.begin(), known.end());
  if (usual.empty()) usual.assign(dialect.chain().begin(), dialect.chain().end());
  if (usual.empty()) usual.assign(row.chain.begin(), row.chain.end());
  Stages stages = read_stages(fields, usual);
  for (std::size_t i = 0; i < stages.names.size(); ++i) {
    if (!known.empty() && std::ranges::find(known, stages.names[i]) == known.end())
      fields.error("chain[" + std::to_string(i) + "]", "none of `events` is called so");
  }
  return stages;
}

void read_challenge(config::Fields& fields, AgentSettings& settings) {
  constexpr std::pair<std::string_view, ChallengeKind> kinds[] = {{"arithmetic", ChallengeKind::arithmetic},
                                                                  {"word_order", ChallengeKind::word_order},
                                                                  {"nonce", ChallengeKind::nonce},
                                                                  {"none", ChallengeKind::none}};
  std::vector<std::string> names;
  for (const auto& [name, kind] : kinds) names.emplace_back(name);
  const std::string chosen =
      fields.one_of("challenge", "arithmetic", names,
                    "what is asked, so that no canned answer can be right: a product, words to be put in "
                    "order, or what a tool of the platform must look up");
  for (const auto& [name, kind] : kinds) {
    if (name == chosen) settings.challenge = kind;
  }
  config::Fields nonce =
      fields.child("nonce", "challenge nonce: where the secret is put, and how to ask for it");
  NonceStore store = read_nonce(nonce);
  if (settings.challenge != ChallengeKind::nonce) return;
  if (store.request.url.host.empty() || store.question.empty())
    fields.error("challenge", "nonce wants `nonce` with a url and a question");
  settings.nonce = std::move(store);
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
  settings.owner = fields.owner();
  settings.stages = read_chain(fields, row, *settings.dialect);
  read_challenge(fields, settings);
  settings.control = fields.flag("control", true,
                                 "after silence, ask in another form, and then what no server knows, to find "
                                 "out whether the request was dropped");
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
