#include "engine/stall_guard.h"

#include <utility>

namespace answerback::engine {

bool StallGuard::beat(Steady now) {
  const Steady last = std::exchange(last_, now);
  if (last >= now || now - last <= limits_.stall) return false;
  ++stalls_;
  last_stall_ = now - last;
  recovered_ = now + limits_.recovery;
  return true;
}

bool StallGuard::looking(Steady now) const { return now >= recovered_; }
bool StallGuard::judges(Steady run_started) const { return run_started >= recovered_; }

}  // namespace answerback::engine
