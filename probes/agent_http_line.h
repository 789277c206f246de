#pragma once
// An agent asked by one HTTP request and heard in its response, event by event: what the protocols over HTTP
// have in common. Any codec can be carried.

#include <functional>
#include <memory>

#include "probes/agent_codec.h"
#include "probes/agent_http_settings.h"
#include "probes/agent_line.h"
#include "probes/agent_reading.h"

namespace answerback {
class Random;
}

namespace answerback::probes {

using MakeCodec = std::function<std::unique_ptr<AgentCodec>(AgentIds)>;

// `stages`: what it has where none are configured; empty: those of the row.
std::unique_ptr<const AgentDialect> agent_over_http(AgentHttpSettings, MakeCodec,
                                                    std::span<const std::string_view> stages = {});

AgentIds draw_ids(Random&);

// The request of a call: with the configured headers, which come before the protocol's, and the token.
net::HttpRequest request_of(const AgentHttpSettings&, const AgentCall&, const Secret& token);

// The token to present, empty where nobody is to be. Enters Phase::prepare. Failure: auth.
asio::awaitable<std::expected<Secret, Failure>> token_for(Run&, Services&, const AgentHttpSettings&);

// When to stop listening, so that there is time for a clean close.
Steady last_call_of(const Run&);

}  // namespace answerback::probes
