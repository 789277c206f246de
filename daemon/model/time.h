#pragma once
// The three ways this project speaks of time. Types only: what time it is comes from a Clock handed in.

#include <chrono>

namespace answerback {

using Duration = std::chrono::nanoseconds;
using Steady = std::chrono::steady_clock::time_point;  // orders and measures; never stepped
using Wall = std::chrono::system_clock::time_point;    // told to people; may jump either way

constexpr double seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

// So many seconds, or as far as a Duration reaches (292 years): what others write may not fit, "never" is
// often the year 9999.
constexpr Duration held_seconds(double count) {
  constexpr double most = 9.2e9;
  if (count != count) return {};
  const double held = count > most ? most : count < -most ? -most : count;
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(held));
}
constexpr Wall held_wall(double since_epoch) {
  return Wall(std::chrono::duration_cast<Wall::duration>(held_seconds(since_epoch)));
}

}  // namespace answerback
