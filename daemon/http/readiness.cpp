#include "http/readiness.h"

#include <algorithm>

namespace answerback::http {
namespace {

bool is_ready(Health health) { return health == Health::up || health == Health::degraded; }

std::vector<ProbeId> members(const Plan& plan, std::string_view group) {
  if (const GroupInfo* const found = plan.group(group)) return found->needs;
  std::vector<ProbeId> critical;
  for (ProbeId id = 0; id < plan.probes.size(); ++id) {
    if (plan.probes[id].critical) critical.push_back(id);
  }
  return critical;
}

NamedCheck readiness_of(const ProbeInfo& probe, const ProbeView& view) {
  const Health health = view.facts.health;
  std::string why;
  if (health == Health::unknown)
    why = probe.name + (view.last ? ": no verdict that still holds" : ": no verdict yet");
  return {probe.name, is_ready(health), std::move(why)};
}

NamedCheck nothing_needed(const Context& context) {
  if (!has_plan(context)) return {"probes", false};
  const bool none = context.snapshot->plan->probes.empty();
  return {"probes", false,
          none ? "no probes are configured" : "no probe is critical, and there is no group \"readiness\""};
}

}  // namespace

std::vector<NamedCheck> readiness_checks(const Context& context, std::string_view group) {
  const bool engine = context.beat_age < beat_limit;
  const bool looking =
      has_plan(context) && context.snapshot->ourselves.looking && context.beat_age <= stall_limit;
  std::vector<NamedCheck> checks{{"shutdown", !context.stopping}, {"engine", engine}, {"looking", looking}};
  const auto ours = std::ranges::find(checks, false, &NamedCheck::ok);
  if (ours != checks.end()) ours->why = not_trusted(context);
  const auto needed = has_plan(context) ? members(*context.snapshot->plan, group) : std::vector<ProbeId>{};
  if (needed.empty()) checks.push_back(nothing_needed(context));
  for (const ProbeId id : needed) {
    checks.push_back(readiness_of(context.snapshot->plan->probes[id], *context.snapshot->probes[id]));
  }
  return checks;
}

}  // namespace answerback::http
