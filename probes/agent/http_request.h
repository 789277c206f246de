#pragma once
// What goes out to an agent over HTTP, and how it is shown as evidence.

#include "probe/probe.h"
#include "probes/agent/codec.h"
#include "probes/agent/http_settings.h"

namespace answerback::probes {

AgentIds draw_ids(Random&);

// The request of a call: with the configured headers, which come before the protocol's, and the token.
net::HttpRequest request_of(const AgentHttpSettings&, const AgentCall&, const Secret& token);

std::string request_evidence(const net::HttpRequest&, const AgentCall&);

}  // namespace answerback::probes
