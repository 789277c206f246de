#pragma once
// An agent asked by one HTTP request and heard in its response, event by event: what the protocols over HTTP
// have in common. Any codec can be carried.

#include <functional>
#include <memory>

#include "probes/agent/codec.h"
#include "probes/agent/http_settings.h"
#include "probes/agent/line.h"

namespace answerback::probes {

using MakeCodec = std::function<std::unique_ptr<AgentCodec>(AgentIds)>;

// `stages`: what it has where none are configured; empty: those of the row.
std::unique_ptr<const AgentDialect> agent_over_http(AgentHttpSettings, MakeCodec,
                                                    std::span<const std::string_view> stages = {});

}  // namespace answerback::probes
