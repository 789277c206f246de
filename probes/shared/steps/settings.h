#pragma once
// A scripted dialogue as it is configured, by `steps` or by a preset: the keys that `websocket` and `agent`
// have in common.

#include <string>

#include "config/fields.h"
#include "probes/shared/platform/settings.h"
#include "probes/shared/steps/presets.h"
#include "probes/shared/steps/script.h"

namespace answerback::probes {

struct ScriptedSettings {
  SessionSettings session = {};
  Script script = {};
  StepValues secrets = {};   // known from the start
  bool must_select = false;  // a subprotocol that is offered must be selected
};

// `preset`: null where `steps` are configured. `asks`: it is an agent's, and has a question.
ScriptedSettings read_scripted(config::Fields&, const StepsPreset* preset, bool asks);

}  // namespace answerback::probes
