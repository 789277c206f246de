// The list of dialects.
#include "probes/agent/http_dialects.h"
#include "probes/agent/line.h"
#include "probes/agent/platform.h"
#include "probes/agent/steps.h"

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
      {.name = "ag_ui", .chain = ag_ui_chain, .read = read_ag_ui},
      {.name = "langgraph", .chain = langgraph_chain, .read = read_langgraph},
      {.name = "a2a", .chain = a2a_chain, .read = read_a2a},
      {.name = "openai_responses", .chain = responses_chain, .read = read_responses},
      {.name = "openai_realtime", .chain = usual_chain, .read = read_preset_dialect<openai_realtime>},
      {.name = "vercel_ui", .chain = vercel_chain, .read = read_vercel},
      {.name = "json", .chain = json_chain, .read = read_json_dialect},
  };
  return rows;
}

}  // namespace answerback::probes
