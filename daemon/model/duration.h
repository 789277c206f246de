#pragma once
// Durations as people write and read them. Pure.

#include <expected>
#include <string>
#include <string_view>

#include "model/time.h"

namespace answerback {

// "250ms", "5s", "2m", "1h", "1h30m", "1d"; also a sum of such parts, up to ten years. A bare number is an
// error: no unit, no guess. The error says why, and how to write it.
std::expected<Duration, std::string> parse_duration(std::string_view);

std::string print_duration(Duration);  // the shortest form that parse_duration reads back

// For reading only: "8m 30s", "2d 3h", "450ms"; the two largest units, the rest dropped. Negative is "0s".
std::string roughly(Duration);

}  // namespace answerback
