#pragma once
// An agent asked by one message over a WebSocket and heard in those that follow: for protocols whose events
// are the same over HTTP and over a socket. Nothing is said before it is asked.

#include "probes/agent/http_line.h"

namespace answerback::probes {

// The codec's call() gives the messages: those before the body, and the body. The url is ws or wss.
std::unique_ptr<const AgentDialect> agent_over_socket(AgentHttpSettings, MakeCodec);

}  // namespace answerback::probes
