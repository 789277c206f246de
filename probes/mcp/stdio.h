#pragma once
// A dialogue with an MCP server that speaks over its standard streams, run by answerback-worker
// (mcp_worker.h), which says what is said and heard; it is heard once more here.

#include <optional>
#include <string>

#include "net/workers.h"
#include "probes/mcp/settings.h"

namespace answerback::probes {

struct McpProgram {
  std::optional<Failure> failure = {};
  std::size_t garbage = 0;  // lines that were no messages
  std::string first_garbage = {};
};

// Phases: queue, discover, list, call. Failures: those of the dialogue, truncated (it ended before it had
// answered), unreachable (it cannot be started), worker_died. At `last_call` the program and all it has
// started are killed, and what had been heard counts.
asio::awaitable<McpProgram> talk_to_program(Run&, net::Workers&, const McpSettings&, McpDialogue&,
                                            Steady last_call);

}  // namespace answerback::probes
