#pragma once
// What follows from a result: stall guard -> step -> causes -> readiness and value -> events and snapshot.
// The only owner of health. One thread, no clock of its own, no I/O: everything comes in as an argument.
// Judged by steady time alone; wall times are only told.

#include <functional>
#include <memory>
#include <string>

#include "engine/stall_guard.h"
#include "model/event.h"
#include "model/restored.h"
#include "model/snapshot.h"

namespace answerback::engine {

class Pipeline {
 public:
  using Emit = std::function<void(const Event&)>;  // must not call back into the pipeline
  Pipeline(Emit, Wall started, StallGuard::Limits = {});
  ~Pipeline();

  // Where we left off before we were started; comes before the first plan. Health that is older than a
  // probe's `stale` (by the wall clock, or from a future it has since stepped back from) is forgotten; its
  // incident stays open until the probe is up. Incidents of probes the first plan does not have are closed.
  void restore(Restored);

  // A new plan: probes of a name already known keep health, counters and open incident; others start unknown.
  // Incidents of probes that are gone are closed. Comes before anything but
  // restore().
  void replace(std::shared_ptr<const Plan>, Steady now, Wall wall);
  void reload_failed(std::string error, Wall at);

  void started(ProbeId, Duration lag);
  void skipped(ProbeId, std::uint64_t slots);

  // A run that the stall guard does not judge is kept as the last one, as unknown with not_looking, and moves
  // nothing.
  void finished(RunRecord&&, Wall now);
  void beat(Steady now, Wall wall);  // every StallGuard::Limits::beat: stalls, staleness

  // True when something readers would see has changed since the last snapshot(); `urgent` when it was a
  // transition, the plan or whether we look.
  bool changed() const;
  bool urgent() const;

  // Judges the whole first, and tells what follows for all that has moved since the last time (Transition,
  // incidents, OutputChanged): a storm of transitions is judged once, with all its causes known.
  std::shared_ptr<const Snapshot> snapshot(Wall at);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace answerback::engine
