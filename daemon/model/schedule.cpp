#include "model/schedule.h"

#include <algorithm>

#include "model/name_hash.h"

namespace answerback {
Steady first_slot(std::string_view probe, Duration interval, Steady origin, Duration soonest) {
  const Duration window = std::min(interval, soonest);
  if (window <= Duration::zero()) return origin;
  return origin +
         Duration(static_cast<Duration::rep>(name_hash(probe) % static_cast<std::uint64_t>(window.count())));
}

Slot next_slot(Steady slot, Duration interval, Steady now) {
  const Steady next = slot + interval;
  if (now <= next) return {next, 0};
  const auto skipped =
      (now - next + interval - Duration(1)) / interval;  // rounded up: a slot that is due now is not past
  return {next + skipped * interval, static_cast<std::uint64_t>(skipped)};
}

}  // namespace answerback
