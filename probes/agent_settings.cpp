#include "probes/agent_settings.h"

#include <algorithm>

#include "probes/agent_canary.h"

namespace answerback::probes {
namespace {

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

ChainLimits read_limits(config::Fields fields) {
  ChainLimits limits;
  limits.first_event =
      fields.duration("first_event", limits.first_event, "from the request to the first event");
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
  const AgentDialectRow& dialect = agent_dialects().front();
  settings.dialect = dialect.read(fields);
  settings.owner = fields.owner();
  settings.stages = read_stages(fields, dialect.chain);
  read_challenge(fields, settings);
  settings.control = fields.flag("control", true,
                                 "after silence, ask in another form, and then what no server knows, to find "
                                 "out whether the request was dropped");
  settings.limits =
      read_limits(fields.child("limits", "how long each part of the chain may take, within `timeout`"));
  settings.canned = usual_canned;
  for (std::string& text : fields.texts("canned", "further texts that give a made-up answer away"))
    settings.canned.push_back(std::move(text));
  config::Fields slow = fields.child("slow", "bounds on the time taken");
  settings.slow = read_slow(slow);
  return settings;
}

}  // namespace answerback::probes
