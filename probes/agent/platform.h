#pragma once
// The dialect of agent-chat platforms: a signed-in WebSocket, a request in one frame, events in the shapes of
// probes/shared/platform/event.h. Spoken where neither `preset` nor `steps` says otherwise.

#include <string>
#include <vector>

#include "probes/agent/line.h"
#include "probes/shared/platform/settings.h"

namespace answerback::probes {

struct PlatformDialect {
  SessionSettings session = {};
  std::vector<std::string> forms = {};  // types of the message that asks
};
PlatformDialect read_platform(config::Fields&);

std::unique_ptr<const AgentDialect> read_platform_dialect(config::Fields&);

}  // namespace answerback::probes
