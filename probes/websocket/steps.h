#pragma once
// The probe type `websocket` with a dialogue of its own, from `steps` or a preset: it passes when the script
// is through.

#include <memory>

#include "probe/probe.h"

namespace answerback::probes {

bool is_scripted(config::Fields&);  // `steps` or `preset` is there
std::unique_ptr<Probe> make_scripted_websocket(config::Fields&, Services&);

}  // namespace answerback::probes
