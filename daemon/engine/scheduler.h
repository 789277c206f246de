#pragma once
// Decides when each probe runs: the slots of model/schedule.h on one alarm for all of them. Knows nothing of
// what a result means. One thread.

#include <functional>
#include <memory>
#include <vector>

#include "engine/runner.h"
#include "model/plan.h"

namespace answerback::engine {

class Scheduler {
 public:
  struct Hooks {
    std::function<void(ProbeId, Duration lag)> started;         // in a slot, and how late after it
    std::function<void(ProbeId, std::uint64_t slots)> skipped;  // it was still running, or we were not
    std::function<void(RunRecord&&)> finished;                  // its probe is an index into the newest plan
  };
  Scheduler(Clock&, Runner&, Hooks);
  ~Scheduler();  // the runner has been stopped, or has nothing of ours left

  // Replaces what runs; `probes` as Plan::probes. A probe of the same name and interval keeps its slots; if
  // its settings are others it also runs soon, for its health is still that of the old ones. A run under way
  // for a name that stays is finished by the object that began it, and reported; that of a removed name is
  // not reported.
  void replace(std::shared_ptr<const Plan>, std::vector<std::shared_ptr<Probe>> probes);
  bool run_now(ProbeId);  // in addition to its slots; false if it is running
  // A run in addition to its slots, unless the next slot comes first. Holds for one run.
  void look_again(ProbeId, Duration in);
  void stop();  // starts nothing any more

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace answerback::engine
