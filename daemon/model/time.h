#pragma once
// The three ways this project speaks of time. Types only: what time it is comes from a Clock handed in.

#include <chrono>

namespace answerback {

using Duration = std::chrono::nanoseconds;
using Steady = std::chrono::steady_clock::time_point;  // orders and measures; never stepped
using Wall = std::chrono::system_clock::time_point;    // told to people; may jump either way

constexpr double seconds(Duration d) { return std::chrono::duration<double>(d).count(); }

}  // namespace answerback
