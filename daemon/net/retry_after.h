#pragma once
// How long we are asked to stay away. RFC 9110 10.2.3, and the milliseconds that OpenAI's servers add. Pure.

#include <optional>

#include "net/http.h"

namespace answerback::net {

inline constexpr Duration longest_wait = std::chrono::hours(1);

// From retry-after-ms or Retry-After (seconds, also with a fraction, or a date), at most longest_wait: who
// asks for more is asked again then. nullopt where there is none, or none that makes sense: negative, in the
// past, more than a week, no number.
std::optional<Duration> retry_after(const Headers&, Wall now);

}  // namespace answerback::net
