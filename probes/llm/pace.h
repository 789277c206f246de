#pragma once
// How fast is fast enough: bounds that are fixed, and bounds against what is usual for the probe itself. Pure
// but for the reading of the configuration.

#include <optional>

#include "config/fields.h"
#include "probes/shared/expect/bounds.h"

namespace answerback::probes {

struct LlmBounds {
  std::optional<double> warn = {}, fail = {};
};

struct LlmPaceBounds {
  Slow total = {}, first_token = {}, gap = {};  // gap: the longest between two pieces of content
  LlmBounds times_usual = {};                   // first token, against the median of the last runs
  LlmBounds output_rate = {};                   // tokens a second; slower is worse
};

// What a run measured; what it could not is not there.
struct LlmPace {
  Duration total{};
  std::optional<Duration> first_token = {}, usual_first_token = {}, longest_gap = {};
  std::optional<double> output_rate = {};
};

// From `slow`, `first_token`, `chunk_gap` and `output_rate`.
LlmPaceBounds read_pace(config::Fields&);

// The worst that the bounds say; nullopt where all is fast enough.
std::optional<ProbeResult> judge(const LlmPaceBounds&, const LlmPace&);

}  // namespace answerback::probes
