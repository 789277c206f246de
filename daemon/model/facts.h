#pragma once
// What is known of one probe, as far as judging the whole needs it.

#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"
#include "model/traits.h"

namespace answerback {

// What a health does not say of itself.
enum class Condition : std::uint8_t {
  none,
  starting,  // it fails, but it has not been up yet and is within its startup_grace: unknown
  stale,     // there was no verdict for too long: unknown
  flapping,  // up and down all the time: never better than degraded (model/flap.h)
};

constexpr std::string_view name(Condition condition) {
  constexpr std::string_view names[] = {"", "starting", "stale", "flapping"};
  return names[static_cast<std::size_t>(condition)];
}

struct ProbeFacts {
  Health health = Health::unknown;
  Wall since{};                  // of `health`
  Reason reason = Reason::none;  // of the run that last moved it away from up; none while up
  Phase phase = Phase::prepare;
  std::string detail;
  Condition condition = Condition::none;
  std::vector<Changed> changes = {};  // of its target

  // For comparing probes: what they said of the same stretch of time. Ordered by steady time, told to nobody.
  Steady failing = Steady::max();    // start of the first of its newest failures in a row
  Steady good = Steady::min();       // start of its newest run, if that was a pass or a warning
  Steady failed = Steady::min();     // start of its newest failure
  Steady recovered = Steady::min();  // start of the first of the good runs that last brought it up again
  // What recovered before that does not explain its trouble: start of the first of the bad runs that took it
  // away from up, and once there are `fall` bad ones after, of the first of the newest so many.
  Steady itself = Steady::min();
};

}  // namespace answerback
