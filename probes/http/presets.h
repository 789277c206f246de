#pragma once
// What known services answer where they tell their health: where to ask, and how status and body are read
// together. Pure: no I/O, no clock.
//
// The body's own word counts, and what contradicts it is said: a status that says otherwise fails, a failing
// or skipped part under a healthy whole warns. Who does not know is never green.

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"
#include "net/http.h"

namespace answerback::probes {

struct HttpPresetSettings {
  std::vector<std::string> ignore = {};  // parts by name; a * at the end stands for any rest
};

struct HttpPreset {
  std::string_view name;
  std::string_view target;  // asked for where the url names none
  // The body judged; `unwanted` is set where the status alone fails, and then a good body cannot pass. What
  // is wrong where the body is none of this kind.
  std::expected<ProbeResult, std::string> (*judge)(const HttpPreset&, const HttpPresetSettings&,
                                                   const net::HttpResponse&, std::optional<Reason> unwanted);
};

std::vector<std::string> http_preset_names();
const HttpPreset* http_preset_named(std::string_view);  // null where there is none

}  // namespace answerback::probes
