#pragma once
// Time as platforms write it, and as we say it. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "model/time.h"

namespace answerback::probes {

// "2026-11-22T03:12:09.5Z", with or without zone (then UTC); seconds; or milliseconds. nullopt: none of them.
std::optional<Wall> read_timestamp(std::string_view);

std::string spoken(Duration);  // "41 ms", "1.2 s", "15 s"

}  // namespace answerback::probes
