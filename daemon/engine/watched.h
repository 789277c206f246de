#pragma once
// All that is known of one probe, and what a run or silence makes of it. Its facts lie beside it, for the
// whole is judged from those of all probes.

#include <memory>
#include <optional>
#include <string>

#include "model/restored.h"
#include "model/snapshot.h"

namespace answerback::engine {

class Watched {
 public:
  Watched() = default;
  explicit Watched(Steady now) : state_{.since = now}, judged_(now) {}

  // One that was watched before we were started. It stays down if it was; else it is unknown until its first
  // verdict, which is then judged from where it was left: a restart is neither a flap nor a pass.
  Watched(Steady now, const RestoredProbe&);

  // A finished run: counted, kept, judged. Updates the facts except for health and since, which change with
  // the Change.
  std::optional<Change> take(std::shared_ptr<const RunRecord>, const ProbeInfo&, Wall now, ProbeFacts&);

  // Since when it has been what it is, where that was before we were started: asked right after a Change.
  std::optional<Wall> resumed() const { return resumed_; }

  // Unknown again once it has been without a verdict for longer than ProbeInfo::stale.
  std::optional<Change> forget_if_silent(const ProbeInfo&, Steady now, ProbeFacts&);
  void excuse(Duration silence) { judged_ += silence; }  // time in which there could be no verdict

  void skipped(std::uint64_t slots);
  void transition();  // counts one
  Health health() const { return state_.health; }
  std::shared_ptr<const ProbeView> view(const ProbeFacts&);  // the same pointer until something changes

 private:
  void explain(const RunRecord&, ProbeFacts&) const;

  Step judge(const RunRecord&, const ProbeInfo&);

  HealthState state_;
  std::optional<HealthState> left_;  // where it was left, until the first verdict
  Wall left_since_{};
  std::optional<Wall> resumed_;
  Tally tally_;
  std::optional<Wall> last_pass_;
  std::shared_ptr<const RunRecord> last_, last_not_ok_;
  Steady judged_{};  // when the newest verdict came, or since when there could have been one
  std::shared_ptr<const ProbeView> view_;
};

std::string told_seconds(Duration);  // "35.1 s"

}  // namespace answerback::engine
