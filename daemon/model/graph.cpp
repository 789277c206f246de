#include "model/graph.h"

#include <algorithm>

namespace answerback {
namespace {

using Edges = std::vector<std::vector<ProbeId>>;  // per probe

Edges reversed(const Plan& plan) {
  Edges edges(plan.probes.size());
  for (ProbeId id = 0; id < plan.probes.size(); ++id) {
    for (const ProbeId needed : plan.probes[id].depends_on) edges[needed].push_back(id);
  }
  return edges;
}

// Everything that can be reached from `start` over at least one edge, `start` left out, in the order of the
// plan.
template <class Next>
std::vector<ProbeId> reached(ProbeId start, std::size_t count, Next next) {
  std::vector<bool> seen(count);
  seen[start] = true;
  std::vector<ProbeId> open{start};
  std::vector<ProbeId> found;
  while (!open.empty()) {
    const ProbeId id = open.back();
    open.pop_back();
    for (const ProbeId to : next(id)) {
      if (seen[to]) continue;
      seen[to] = true;
      open.push_back(to);
      found.push_back(to);
    }
  }
  std::ranges::sort(found);
  return found;
}

// Every probe after all it depends on (Kahn). Those on a cycle, which no valid configuration has, come last.
std::vector<ProbeId> dependencies_first(const Plan& plan) {
  const Edges users = reversed(plan);
  std::vector<std::size_t> missing(plan.probes.size());
  std::vector<ProbeId> order;
  for (ProbeId id = 0; id < plan.probes.size(); ++id) {
    missing[id] = plan.probes[id].depends_on.size();
    if (missing[id] == 0) order.push_back(id);
  }
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (const ProbeId user : users[order[i]]) {
      if (--missing[user] == 0) order.push_back(user);
    }
  }
  for (ProbeId id = 0; id < plan.probes.size(); ++id) {
    if (missing[id] > 0) order.push_back(id);
  }
  return order;
}

// Per probe: the roots of this health at or below it, where a probe of this health is a root if there is none
// below.
Edges roots(const Plan& plan, std::span<const Health> health, std::span<const ProbeId> order,
            Health looked_for) {
  Edges roots(plan.probes.size());
  if (std::ranges::find(health, looked_for) == health.end()) return roots;
  for (const ProbeId id : order) {
    std::vector<ProbeId>& mine = roots[id];
    for (const ProbeId needed : plan.probes[id].depends_on) {
      if (needed != id) mine.insert(mine.end(), roots[needed].begin(), roots[needed].end());
    }
    std::ranges::sort(mine);
    const auto twice = std::ranges::unique(mine);
    mine.erase(twice.begin(), twice.end());
    if (mine.empty() && health[id] == looked_for) mine.push_back(id);
  }
  return roots;
}

}  // namespace

std::vector<std::string> find_cycle(const Plan& plan) {
  enum class Mark : std::uint8_t { unseen, on_path, done };
  std::vector<Mark> marks(plan.probes.size());
  struct Step {
    ProbeId id;
    std::size_t next;  // index into depends_on
  };
  for (ProbeId start = 0; start < plan.probes.size(); ++start) {
    if (marks[start] != Mark::unseen) continue;
    std::vector<Step> path{{start, 0}};
    marks[start] = Mark::on_path;
    while (!path.empty()) {
      const ProbeId id = path.back().id;
      const std::vector<ProbeId>& needs = plan.probes[id].depends_on;
      if (path.back().next == needs.size()) {
        marks[id] = Mark::done;
        path.pop_back();
        continue;
      }
      const ProbeId needed = needs[path.back().next++];
      if (marks[needed] == Mark::on_path) {
        std::vector<std::string> cycle;
        for (auto step = std::ranges::find(path, needed, &Step::id); step != path.end(); ++step) {
          cycle.push_back(plan.probes[step->id].name);
        }
        cycle.push_back(plan.probes[needed].name);
        return cycle;
      }
      if (marks[needed] == Mark::unseen) {
        marks[needed] = Mark::on_path;
        path.push_back({needed, 0});
      }
    }
  }
  return {};
}

std::vector<std::vector<ProbeId>> root_causes(const Plan& plan, std::span<const Health> health) {
  const std::vector<ProbeId> order = dependencies_first(plan);
  Edges down = roots(plan, health, order, Health::down);
  Edges degraded = roots(plan, health, order, Health::degraded);
  Edges causes(plan.probes.size());
  for (ProbeId id = 0; id < plan.probes.size(); ++id) {
    if (health[id] != Health::down && health[id] != Health::degraded) continue;
    causes[id] = std::move(down[id].empty() ? degraded[id] : down[id]);
  }
  return causes;
}

std::vector<ProbeId> dependents(const Plan& plan, ProbeId id) {
  const Edges users = reversed(plan);
  return reached(id, plan.probes.size(),
                 [&](ProbeId of) -> const std::vector<ProbeId>& { return users[of]; });
}

std::vector<ProbeId> dependencies(const Plan& plan, ProbeId id) {
  return reached(id, plan.probes.size(),
                 [&](ProbeId of) -> const std::vector<ProbeId>& { return plan.probes[of].depends_on; });
}

}  // namespace answerback
