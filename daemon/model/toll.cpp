#include "model/toll.h"

#include <algorithm>

#include "model/whys.h"

namespace answerback {
namespace {

bool own(const Toll& toll) { return toll.cause.probe == toll.probe; }

// Of a probe that something else explains: what needs it itself.
std::vector<std::size_t> capabilities_of(const Toll& toll) {
  if (own(toll)) return toll.cause.capabilities;
  std::vector<std::size_t> blocked;
  for (const std::size_t i : toll.cause.capabilities) {
    const auto& needs = toll.plan.capabilities[i].needs;
    if (std::ranges::find(needs, toll.probe) != needs.end()) blocked.push_back(i);
  }
  return blocked;
}

}  // namespace

std::optional<Toll> toll_of(const Plan& plan, std::span<const ProbeFacts> facts, const Assessment& whole,
                            ProbeId probe, std::optional<Wall> reloaded) {
  const std::vector<ProbeId>& roots = whole.caused_by[probe];
  const auto cause = std::ranges::find_if(
      whole.causes, [&](const Cause& each) { return std::ranges::find(roots, each.probe) != roots.end(); });
  if (cause == whole.causes.end()) return std::nullopt;
  return Toll{plan, facts, probe, *cause, reloaded};
}

bool outweighs(const Toll& toll, const Incident& incident) {
  if (toll.plan.probes[toll.cause.probe].name != incident.cause) return true;
  if (!own(toll)) return false;
  return toll.cause.blocks.size() > incident.blocks.size() ||
         toll.cause.value_blocked > incident.value_blocked ||
         (!toll.cause.finding.empty() && incident.reason != toll.cause.reason);
}

void charge(Incident& incident, const Toll& toll) {
  const Plan& plan = toll.plan;
  const std::vector<std::size_t> capabilities = capabilities_of(toll);
  incident.cause = plan.probes[toll.cause.probe].name;
  incident.whys = own(toll) ? toll.cause.whys : whys(plan, toll.facts, toll.cause, toll.probe, toll.reloaded);
  incident.blocks.clear();
  incident.impacts.clear();
  if (own(toll)) {
    for (const ProbeId id : toll.cause.blocks) incident.blocks.push_back(plan.probes[id].name);
    if (!toll.cause.finding.empty()) incident.reason = toll.cause.reason;
  }
  for (const std::size_t i : capabilities) {
    const CapabilityInfo& capability = plan.capabilities[i];
    incident.impacts.push_back(capability.impact.empty() ? capability.name + " is blocked"
                                                         : capability.impact);
  }
  incident.value_blocked = percent_blocked(plan, capabilities);
}

}  // namespace answerback
