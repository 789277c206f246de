#pragma once
// What the agent leans on: the tool dispatcher, POST /mcp (Model Context Protocol of 2026-07-28, stateless),
// and the agent registry, GET /agents. Pure.

#include "platform/faults.h"
#include "platform/http_message.h"

namespace demo {

Reply dispatch_tool(const Request&, const Faults&);
Reply list_agents(const Faults&);

}  // namespace demo
