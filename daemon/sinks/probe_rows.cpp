#include "sinks/probe_rows.h"

#include <set>
#include <utility>

namespace answerback::sinks {

void ProbeRows::restore(Rows rows, Wall seen) {
  rows_ = std::move(rows);
  seen_before_ = seen;
}

void ProbeRows::take(const Transition& event) {
  RestoredProbe now{.health = event.change.to, .since = event.at, .last_pass = std::nullopt};
  if (const auto before = rows_.find(event.probe); before != rows_.end())
    now.last_pass = before->second.last_pass;
  put(event.probe, now);
}

void ProbeRows::take(const Snapshot& snapshot) {
  if (!snapshot.plan) return;
  std::set<std::string> known;
  for (ProbeId id = 0; id < snapshot.probes.size(); ++id) {
    const ProbeInfo& info = snapshot.plan->probes[id];
    const ProbeView& view = *snapshot.probes[id];
    known.insert(info.name);
    const auto row = rows_.find(info.name);
    if (row != rows_.end() && row->second.since > view.facts.since) continue;  // it has moved meanwhile
    if (still_holds(info, view, snapshot.at)) continue;
    put(info.name, {.health = view.state.health,
                    .failures = view.state.failures,
                    .successes = view.state.successes,
                    .since = view.facts.since,
                    .last_pass = view.last_pass});
  }
  removed_ |= std::erase_if(rows_, [&](const auto& row) { return !known.contains(row.first); }) > 0;
  std::erase_if(changed_, [&](const auto& row) { return !known.contains(row.first); });
}

// What was up before we were started is unknown until its first verdict, and still up for a start after that.
bool ProbeRows::still_holds(const ProbeInfo& info, const ProbeView& view, Wall now) const {
  return view.state.health == Health::unknown && view.tally.transitions == 0 && rows_.contains(info.name) &&
         now >= seen_before_ && now - seen_before_ <= info.stale;
}

void ProbeRows::put(const std::string& probe, const RestoredProbe& now) {
  const auto [row, fresh] = rows_.try_emplace(probe, now);
  if (!fresh && row->second == now) return;
  row->second = now;
  changed_[probe] = now;
}

void ProbeRows::written() {
  changed_.clear();
  removed_ = false;
}

void ProbeRows::nothing_is_written() {
  changed_ = rows_;
  removed_ = true;
}

}  // namespace answerback::sinks
