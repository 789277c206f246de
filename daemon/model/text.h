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

// "2026-11-22T03:12:09Z": UTC, whole seconds, rounded down.
std::string iso_time(Wall);

// The same read back, in exactly this form; nothing where it is another one, or no such day or hour.
std::optional<Wall> read_iso_time(std::string_view);

}  // namespace answerback
