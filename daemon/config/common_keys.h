#pragma once
// The keys that every probe has, whatever its type.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/fields.h"
#include "model/plan.h"

namespace answerback::config {

struct Defaults {
  Duration interval, timeout;
  Thresholds thresholds;
  std::optional<Duration> recheck = {}, startup_grace = {}, flapping_within = {};
  int falls = 5;  // until it is flapping
  bool hold = false;
};

Defaults read_defaults(Fields);

// All but depends_on, which needs the other probes. `types` are those there are.
ProbeInfo read_common(Fields&, const Defaults&, const std::vector<std::string>& types);

// What is wrong with the name of a probe, a group or credentials; empty if nothing.
std::string name_error(std::string_view);

}  // namespace answerback::config
