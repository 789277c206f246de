#pragma once
// What goes out to an agent over HTTP, and how it is shown as evidence.

#include "probe/probe.h"
#include "probes/agent_codec.h"
#include "probes/agent_http_settings.h"

namespace answerback::probes {

AgentIds draw_ids(Random&);

// The request of a call: with the configured headers, which come before the protocol's, and the token.
net::HttpRequest request_of(const AgentHttpSettings&, const AgentCall&, const Secret& token);

// The token to present, empty where nobody is to be. Enters Phase::prepare. Failure: auth.
asio::awaitable<std::expected<Secret, Failure>> token_for(Run&, Services&, const AgentHttpSettings&);

// When to stop listening, so that there is time for a clean close.
Steady last_call_of(const Run&);

std::string without_query(const net::Url&);  // a query may hold a token
std::string request_evidence(const net::HttpRequest&, const AgentCall&);
std::string head_evidence(const net::HttpResponse&);  // status and the headers that explain

}  // namespace answerback::probes
