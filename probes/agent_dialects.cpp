// The list of dialects.
#include "probes/agent_line.h"
#include "probes/agent_platform.h"
#include "probes/agent_steps.h"

namespace answerback::probes {

std::span<const AgentDialectRow> agent_dialects() {
  static constexpr AgentDialectRow rows[] = {
      {.name = "", .chain = usual_chain, .read = read_platform_dialect},
      {.name = "socketio", .chain = usual_chain, .read = read_preset_dialect<socketio>},
      {.name = "graphql_transport_ws",
       .chain = usual_chain,
       .read = read_preset_dialect<graphql_transport_ws>},
      {.name = "stomp", .chain = usual_chain, .read = read_preset_dialect<stomp>},
      {.name = "actioncable", .chain = usual_chain, .read = read_preset_dialect<actioncable>},
      {.name = "phoenix", .chain = usual_chain, .read = read_preset_dialect<phoenix>},
      {.name = "signalr", .chain = usual_chain, .read = read_preset_dialect<signalr>},
      {.name = "openai_realtime", .chain = usual_chain, .read = read_preset_dialect<openai_realtime>},
  };
  return rows;
}

}  // namespace answerback::probes
