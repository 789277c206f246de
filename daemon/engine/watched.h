#pragma once
// All that is known of one probe, and what a run or silence makes of it. Its facts lie beside it, for the
// whole is judged from those of all probes.

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "model/restored.h"
#include "model/snapshot.h"

namespace answerback::engine {

class Watched {
 public:
  Watched() = default;
  explicit Watched(Steady now) : state_{.since = now}, judged_(now), born_(now) {}

  // One that was watched before we were started. It stays down if it was; else it is unknown until its first
  // verdict, which is then judged from where it was left: a restart is neither a flap nor a pass.
  Watched(Steady now, const RestoredProbe&);

  // A finished run: counted, kept, judged. Updates the facts except for health and since, which change with
  // the Change. Where flapping holds it, what is up by rise and fall is degraded.
  std::optional<Change> take(std::shared_ptr<const RunRecord>, const ProbeInfo&, Wall now, ProbeFacts&);

  // Since when it has been what it is, where that was before we were started: asked right after a Change.
  std::optional<Wall> resumed() const { return resumed_; }

  // Unknown again once it has been without a verdict for longer than ProbeInfo::stale.
  std::optional<Change> forget_if_silent(const ProbeInfo&, Steady now, ProbeFacts&);
  void excuse(Duration silence) {
    judged_ += silence, born_ += silence;
  }  // time without a chance of a verdict

  void skipped(std::uint64_t slots);
  void transition();  // counts one
  Health health() const { return shown(state_.health, flaps_.held); }
  bool undecided(const ProbeInfo&) const;                    // its newest run has left it between two healths
  std::shared_ptr<const ProbeView> view(const ProbeFacts&);  // the same pointer until something changes

 private:
  bool starting(const RunRecord&, const ProbeInfo&) const;
  void explain(const RunRecord&, const ProbeInfo&, ProbeFacts&) const;
  void date(const RunRecord&, int failures_before, ProbeFacts&);
  void count_against(const RunRecord&, bool left_up, int fall, ProbeFacts&);

  HealthState pick_up(Verdict);  // what a verdict is judged from: where it was left, the first time

  HealthState state_;                // by rise and fall
  std::optional<HealthState> left_;  // where it was left, until the first verdict
  Wall left_since_{};
  std::optional<Wall> resumed_;
  FlapState flaps_;
  Traits traits_;
  Tally tally_;
  std::optional<Wall> last_pass_;
  std::shared_ptr<const RunRecord> last_, last_not_ok_;
  Steady judged_{};         // when the newest verdict came, or since when there could have been one
  Steady born_{};           // since when it is watched
  std::deque<Steady> bad_;  // starts of its newest failures and warnings since it was last well, up to `fall`
  Steady working_{};        // start of the first of its newest good runs in a row
  bool answered_ = false;   // it has passed, or warned, at least once
  std::shared_ptr<const ProbeView> view_;
};

std::string told_seconds(Duration);  // "35.1 s"

}  // namespace answerback::engine
