#include "notify/settled.h"

#include <algorithm>

#include "model/graph.h"

namespace answerback::notify {
namespace {

bool in_doubt(const ProbeView& dependency, Steady since) {
  if (dependency.state.health == Health::unknown || !dependency.last) return true;
  if (dependency.last->started < since) return true;
  return dependency.state.health != Health::down && dependency.state.failures > 0;
}

// The dependency is back, and the probe has not been looked at since.
bool may_follow(const ProbeView& dependency, const ProbeView& probe, const ProbeInfo& info, Steady now) {
  const Health health = dependency.state.health;
  const bool back = health == Health::up || health == Health::degraded;
  return back && probe.last && probe.last->started < dependency.state.since &&
         now - dependency.state.since < std::max(longest_doubt, info.interval + info.timeout);
}

}  // namespace

bool settled(const Snapshot& snapshot, ProbeId id, Steady now) {
  const ProbeView& probe = *snapshot.probes[id];
  const Steady since = probe.state.since;
  return std::ranges::none_of(dependencies(*snapshot.plan, id), [&](ProbeId each) {
    const ProbeView& dependency = *snapshot.probes[each];
    return may_follow(dependency, probe, snapshot.plan->probes[id], now) ||
           (now - since < longest_doubt && in_doubt(dependency, since));
  });
}

}  // namespace answerback::notify
