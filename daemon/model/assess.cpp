#include "model/assess.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "model/graph.h"
#include "model/sentence.h"
#include "model/whys.h"

namespace answerback {
namespace {

bool answers(Health health) { return health == Health::up || health == Health::degraded; }

Status root_status(const Plan& plan, std::span<const Health> health) {
  if (plan.probes.empty()) return Status::fail;
  Status status = Status::pass;
  for (ProbeId id = 0; id < plan.probes.size(); ++id) {
    if (health[id] == Health::up) continue;
    if (plan.probes[id].critical && !answers(health[id])) return Status::fail;
    status = Status::warn;
  }
  return status;
}

CapabilityState state_of(const CapabilityInfo& capability, std::span<const Health> health) {
  const auto any = [&](Health looked_for) {
    return std::ranges::any_of(capability.needs, [&](ProbeId id) { return health[id] == looked_for; });
  };
  if (any(Health::down)) return CapabilityState::blocked;
  return capability.needs.empty() || any(Health::unknown) ? CapabilityState::unknown
                                                          : CapabilityState::working;
}

// That an endpoint lies is its own fault, whatever the one it speaks for fails of.
void blame_liars(const Plan& plan, std::span<const ProbeFacts> facts,
                 std::vector<std::vector<ProbeId>>& caused_by) {
  for (ProbeId id = 0; id < plan.probes.size(); ++id) {
    if (facts[id].health == Health::degraded && facts[id].reason == Reason::ready_lies) caused_by[id] = {id};
  }
}

// A finding is what its cause is called by.
void name_findings(std::span<const Finding> findings, std::vector<Cause>& causes) {
  for (const Finding& finding : findings) {
    if (finding.reason == Reason::ready_lies) continue;  // the run has said so itself
    const auto cause = std::ranges::find(causes, finding.probe, &Cause::probe);
    if (cause == causes.end() || !cause->finding.empty()) continue;
    cause->reason = finding.reason;
    cause->finding = finding.detail;
  }
}

Readiness readiness_of(const std::vector<ProbeId>& needs, std::span<const Health> health, bool looking) {
  Readiness readiness;
  std::ranges::copy_if(needs, std::back_inserter(readiness.waiting_for),
                       [&](ProbeId id) { return !answers(health[id]); });
  readiness.ready = looking && !needs.empty() && readiness.waiting_for.empty();
  return readiness;
}

std::vector<ProbeId> critical_probes(const Plan& plan) {
  std::vector<ProbeId> critical;
  for (ProbeId id = 0; id < plan.probes.size(); ++id) {
    if (plan.probes[id].critical) critical.push_back(id);
  }
  return critical;
}

Value value_of(const Plan& plan, std::span<const CapabilityState> states) {
  double total = 0, working = 0, blocked = 0, unknown = 0;
  for (std::size_t i = 0; i < states.size(); ++i) {
    const double value = plan.capabilities[i].value;
    total += value;
    (states[i] == CapabilityState::working   ? working
     : states[i] == CapabilityState::blocked ? blocked
                                             : unknown) += value;
  }
  if (!(total > 0)) return {};
  return {.working = percent(working, total),
          .blocked = percent(blocked, total),
          .unknown = percent(unknown, total)};
}

// Worst first: what it costs, then how bad it is, then how long it lasts.
void sort_by_cost(std::vector<Cause>& causes, const Plan& plan, std::span<const Health> health) {
  std::ranges::sort(causes, {}, [&](const Cause& cause) {
    return std::tuple(-cause.value_blocked, health[cause.probe] != Health::down,
                      !plan.probes[cause.probe].critical, cause.since, cause.probe);
  });
}

// Health as it explains that of others: what fails for good reason to be patient with it is not down yet, but
// fails.
std::vector<Health> as_explaining(std::span<const ProbeFacts> facts) {
  std::vector<Health> health;
  for (const ProbeFacts& each : facts) {
    const bool failing = each.good == Steady::min() && degrades_first(each.reason);
    health.push_back(failing && each.health == Health::degraded ? Health::down : each.health);
  }
  return health;
}

// It may have been their failure, and be over.
std::vector<ProbeId> healed_since(const Plan& plan, std::span<const ProbeFacts> facts, ProbeId probe) {
  std::vector<ProbeId> healed;
  for (const ProbeId id : dependencies(plan, probe)) {
    if (facts[id].health == Health::up && facts[id].recovered > facts[probe].itself) healed.push_back(id);
  }
  return healed;
}

std::vector<Cause> causes_of(const Plan& plan, std::span<const ProbeFacts> facts,
                             std::span<const Health> health,
                             const std::vector<std::vector<ProbeId>>& caused_by) {
  constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::vector<std::size_t> place(plan.probes.size(), none);  // of each root in `causes`
  std::vector<Cause> causes;
  for (ProbeId id = 0; id < plan.probes.size(); ++id) {
    if (std::ranges::find(caused_by[id], id) == caused_by[id].end()) continue;
    place[id] = causes.size();
    causes.push_back({.probe = id,
                      .reason = facts[id].reason,
                      .phase = facts[id].phase,
                      .since = facts[id].since,
                      .blocks = {},
                      .capabilities = {}});
  }
  for (ProbeId id = 0; id < plan.probes.size(); ++id) {
    for (const ProbeId root : caused_by[id]) {
      if (root != id && place[root] != none) causes[place[root]].blocks.push_back(id);
    }
  }
  for (std::size_t i = 0; i < plan.capabilities.size(); ++i) {
    for (const ProbeId needed : plan.capabilities[i].needs) {
      if (health[needed] != Health::down) continue;
      for (const ProbeId root : caused_by[needed]) {
        if (place[root] == none) continue;
        std::vector<std::size_t>& blocked = causes[place[root]].capabilities;
        if (blocked.empty() || blocked.back() != i) blocked.push_back(i);
      }
    }
  }
  for (Cause& cause : causes) {
    cause.value_blocked = percent_blocked(plan, cause.capabilities);
    cause.healed = healed_since(plan, facts, cause.probe);
  }
  sort_by_cost(causes, plan, health);
  return causes;
}

}  // namespace

std::string_view name(CapabilityState state) {
  constexpr std::string_view names[] = {"working", "blocked", "unknown"};
  return names[std::to_underlying(state)];
}

double percent_blocked(const Plan& plan, std::span<const std::size_t> capabilities) {
  double total = 0, blocked = 0;
  for (const CapabilityInfo& capability : plan.capabilities) total += capability.value;
  for (const std::size_t i : capabilities) blocked += plan.capabilities[i].value;
  return total > 0 ? percent(blocked, total) : 0;
}

double percent(double part, double total) { return part == total ? 100 : 100 * part / total; }

Assessment assess(const Plan& plan, std::span<const ProbeFacts> facts, std::string_view not_looking,
                  std::optional<Wall> reloaded) {
  std::vector<Health> health;
  std::ranges::transform(facts, std::back_inserter(health), &ProbeFacts::health);

  Assessment now;
  now.status = not_looking.empty() ? root_status(plan, health) : Status::fail;
  now.caused_by = root_causes(plan, as_explaining(facts));
  blame_liars(plan, facts, now.caused_by);
  now.findings = findings(plan, facts, now.caused_by);
  now.causes = causes_of(plan, facts, health, now.caused_by);
  name_findings(now.findings, now.causes);
  for (Cause& cause : now.causes)
    cause.whys = whys(plan, facts, cause, felt_at(plan, facts, cause), reloaded);
  for (const CapabilityInfo& capability : plan.capabilities)
    now.capabilities.push_back(state_of(capability, health));
  for (const GroupInfo& group : plan.groups) {
    now.groups.push_back(readiness_of(group.needs, health, not_looking.empty()));
  }
  const GroupInfo* readiness = plan.group("readiness");
  now.readiness = readiness_of(readiness != nullptr ? readiness->needs : critical_probes(plan), health,
                               not_looking.empty());
  now.value = value_of(plan, now.capabilities);
  now.output = sentence(plan, facts, now.causes, not_looking);
  return now;
}

Status status_of_group(const Plan&, const GroupInfo& group, std::span<const Health> health) {
  Status worst = group.needs.empty() ? Status::fail : Status::pass;
  for (const ProbeId id : group.needs) worst = std::max(worst, status_of(health[id]));
  return worst;
}

}  // namespace answerback
