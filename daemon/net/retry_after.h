#pragma once
// How long we are asked to stay away. RFC 9110 10.2.3, and what OpenAI's servers add: milliseconds, and when
// a limit of which nothing remains begins anew. Pure.

#include <optional>

#include "net/http.h"

namespace answerback::net {

// From retry-after-ms, Retry-After (seconds, also with a fraction, or a date), or x-ratelimit-reset-requests
// and -tokens. nullopt where there is none, or none that makes sense: negative, in the past, more than a
// week, no number.
std::optional<Duration> retry_after(const Headers&, Wall now);

// How far the server's clock is ahead of ours, by its Date header: to half a second, which is what it tells.
std::optional<Duration> clock_ahead(const Headers&, Wall now);

}  // namespace answerback::net
