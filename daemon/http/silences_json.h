#pragma once
// Silences as JSON: the list of the API, what a client asks for, and how those asked for are kept over a
// restart.
//   {"id": "7", "source": "api", "in_force": true, "probes": ["postgres"], "starts": "…", "ends": "…",
//    "author": "ada", "comment": "moving the database"}
// `all: true` where it is for every probe; `daily` and `days` for those of the configuration that come back.

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/plan.h"
#include "model/silence.h"

namespace answerback::http {

std::string silence_json(const Silence&, Wall now);
std::string silences_json(std::span<const Silence>, Wall now);  // array, in their order

// What a client asks for: {probes: [...] or all: true, author, comment, ends, starts?}; or what is wrong with
// it, key first. The probes are those of the plan. Whether it has ended is not looked at.
std::expected<Silence, std::string> parse_silence(std::string_view json, const Plan&);

// Those asked for, as silences_json() wrote them. What cannot be read is left out.
std::vector<Silence> read_silences(std::string_view json);

}  // namespace answerback::http
