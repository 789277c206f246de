#include "model/schedule.h"

#include <algorithm>

namespace answerback {
namespace {

// Written out because a name must keep its place in every build: std::hash promises nothing from one run to
// the next. FNV-1a, then the finalizer of SplitMix64, for FNV alone leaves names that differ in a digit close
// together.
std::uint64_t hash(std::string_view text) {
  std::uint64_t h = 0xcbf29ce484222325;
  for (const char c : text) {
    h ^= static_cast<unsigned char>(c);
    h *= 0x100000001b3;
  }
  h = (h ^ (h >> 30U)) * 0xbf58476d1ce4e5b9;
  h = (h ^ (h >> 27U)) * 0x94d049bb133111eb;
  return h ^ (h >> 31U);
}

}  // namespace

Steady first_slot(std::string_view probe, Duration interval, Steady origin, Duration soonest) {
  const Duration window = std::min(interval, soonest);
  if (window <= Duration::zero()) return origin;
  return origin +
         Duration(static_cast<Duration::rep>(hash(probe) % static_cast<std::uint64_t>(window.count())));
}

Slot next_slot(Steady slot, Duration interval, Steady now) {
  const Steady next = slot + interval;
  if (now <= next) return {next, 0};
  const auto skipped =
      (now - next + interval - Duration(1)) / interval;  // rounded up: a slot that is due now is not past
  return {next + skipped * interval, static_cast<std::uint64_t>(skipped)};
}

}  // namespace answerback
