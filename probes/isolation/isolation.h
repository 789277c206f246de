#pragma once
// Probe type `isolation`: two users ask at the same time, each something of their own, and neither may see
// anything of the other's.
//
// Silence proves nothing by itself: only where both got their own answer, and both sockets answered a ping
// before and after, is it a pass. Anything less is `unknown`; that the agent does not work is for the type
// `agent` to say. A breach is a failure whatever else went wrong.

#include <array>

#include "probe/probe.h"
#include "probes/shared/platform/settings.h"
#include "probes/shared/platform/stages.h"

namespace answerback::probes {

struct IsolationSettings {
  std::array<SessionSettings, 2> users = {};
  std::string request = {};  // type of the message that asks
  Stages stages = {};
};

IsolationSettings read_isolation(config::Fields&);

extern const ProbeType isolation;

}  // namespace answerback::probes
