#pragma once
// Words of others, made fit to be kept and shown; and the one way we write a moment. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "model/time.h"

namespace answerback {

// Well-formed UTF-8 whatever comes in (U+FFFD for each byte that is not), at most `most` bytes and then "…"
// if cut.
std::string clip(std::string_view text, std::size_t most);

// The same as one printable line: control characters, line separators and bidirectional overrides as \n,
// \x1b, \u2028.
std::string one_line(std::string_view text, std::size_t most);

// The lines that are not indented, as one: "a.yaml:1:1: x; a.yaml:2:1: y", without what is drawn beneath
// them.
std::string headlines(std::string_view text);

// "2026-11-22T03:12:09Z": UTC, whole seconds, rounded down.
std::string iso_time(Wall);

// RFC 3339, fractions dropped: "2026-11-22T03:12:09Z", "2026-11-22T04:12:09.5+01:00"; years 1970 to 2199.
// Nothing for anything else, a time without its zone included.
std::optional<Wall> parse_time(std::string_view);

}  // namespace answerback
