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

}  // namespace

bool settled(const Snapshot& snapshot, ProbeId id, Steady now) {
  const Steady since = snapshot.probes[id]->state.since;
  if (now - since >= longest_doubt) return true;
  return std::ranges::none_of(dependencies(*snapshot.plan, id), [&](ProbeId dependency) {
    return in_doubt(*snapshot.probes[dependency], since);
  });
}

}  // namespace answerback::notify
