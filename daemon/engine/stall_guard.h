#pragma once
// Notices that we ourselves were not running (frozen by SIGSTOP, starved of CPU, blocked): Redis Sentinel's
// TILT. Pure: it is told the time whenever anything happens, at least on every beat. It knows steady time
// only, so that a step of the wall clock is nothing to it.

#include <cstdint>

#include "model/snapshot.h"

namespace answerback::engine {

class StallGuard {
 public:
  struct Limits {
    Duration beat = std::chrono::milliseconds(100);  // how often at least it is told the time
    Duration stall = stall_limit;                    // a gap longer than this is a stall
    Duration recovery = std::chrono::seconds(2);     // after a stall we do not look for so long
  };
  StallGuard() = default;
  explicit StallGuard(Limits limits) : limits_(limits) {}

  bool beat(Steady now);                  // true when this beat ends a stall
  bool looking(Steady now) const;         // false from the end of a stall until recovery is over
  bool judges(Steady run_started) const;  // false for a run that began before that
  std::uint64_t stalls() const { return stalls_; }
  Duration last_stall() const { return last_stall_; }
  const Limits& limits() const { return limits_; }

 private:
  Limits limits_;
  Steady last_ = Steady::max(), recovered_ = Steady::min();
  Duration last_stall_{};
  std::uint64_t stalls_ = 0;
};

}  // namespace answerback::engine
