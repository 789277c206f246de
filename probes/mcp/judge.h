#pragma once
// What a dialogue with an MCP server has shown, judged. Pure.

#include "probes/mcp/settings.h"

namespace answerback::probes {

// Of a dialogue that has come to its end. Failures: assertion (a tool is missing, or not as it must be),
// upstream_error (the tool says it failed), answer_wrong, protocol (a result without content).
std::optional<Failure> judge_mcp(const McpSettings&, const McpDialogue&);

// "2025-11-25 with sessions, everything 2.0.0: 11 tools; echo answered Hello"
std::string told_of(const McpSettings&, const McpDialogue&);

}  // namespace answerback::probes
