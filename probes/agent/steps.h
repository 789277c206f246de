#pragma once
// The dialects that are written down rather than programmed: `steps` of the configuration, and presets.

#include "probes/agent/line.h"
#include "probes/shared/steps/presets.h"

namespace answerback::probes {

// `preset`: null for `steps`.
std::unique_ptr<const AgentDialect> read_scripted_dialect(config::Fields&, const StepsPreset* preset);

// Spoken where `steps` are configured.
extern const AgentDialectRow steps_dialect;

template <const StepsPreset& preset>
std::unique_ptr<const AgentDialect> read_preset_dialect(config::Fields& fields) {
  return read_scripted_dialect(fields, &preset);
}

}  // namespace answerback::probes
