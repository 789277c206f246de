// The list of dialects.
#include "probes/agent_line.h"
#include "probes/agent_platform.h"

namespace answerback::probes {

std::span<const AgentDialectRow> agent_dialects() {
  static constexpr AgentDialectRow rows[] = {
      {.name = "", .chain = usual_chain, .read = read_platform_dialect},
  };
  return rows;
}

}  // namespace answerback::probes
