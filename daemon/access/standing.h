#pragma once
// Who asks, as far as the port knows.

#include <cstdint>

namespace answerback::access {

enum class Standing : std::uint8_t {
  everybody,   // nobody has to say who they are
  stranger,    // said nothing
  authorised,  // user and password are right
  refused,     // are wrong, or not understood
  busy,        // were not looked at: too many are
  throttled,   // came too soon after others: the rate limit
};

// May be told what goes on inside, and may change things.
constexpr bool is_trusted(Standing s) { return s == Standing::everybody || s == Standing::authorised; }

}  // namespace answerback::access
