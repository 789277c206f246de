// graphql-transport-ws: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
#include "probes/shared/steps/presets.h"

namespace answerback::probes {
namespace {

constexpr PresetParameter parameters[] = {
    {.name = "auth",
     .fallback = "{}",
     .doc = "payload of connection_init",
     .signed_in = R"({"Authorization":"Bearer {{token}}"})"},
    {.name = "query", .fallback = "", .doc = "the subscription that asks", .asks = true},
    {.name = "variables", .fallback = R"({"question":"{{question}}"})", .doc = "its variables", .asks = true},
    {.name = "answer",
     .fallback = R"("/payload/data")",
     .doc = "where in `next` the answer stands",
     .asks = true},
};
constexpr std::string_view subprotocols[] = {"graphql-transport-ws"};

constexpr std::string_view script = R"json({"steps": [
  {"reply": [{"when": {"json": {"/type": "ping"}}, "send": {"json": {"type": "pong"}}}]},
  {"send": {"json": {"type": "connection_init", "payload": "{{auth}}"}}},
  {"until": {"json": {"/type": "connection_ack"}}},
  {"ask": {"json": {"id": "1", "type": "subscribe",
                    "payload": {"query": "{{query}}", "variables": "{{variables}}"}}}}
 ],
 "events": [
  {"when": {"json": {"/type": "next", "/id": "1", "/payload/errors": {"exists": true}}},
   "error": "/payload/errors/0/message"},
  {"when": {"json": {"/type": "next", "/id": "1"}}, "event": "next", "piece": "{{answer}}"},
  {"when": {"json": {"/type": "error", "/id": "1"}}, "error": "/payload/0/message"},
  {"when": {"json": {"/type": "complete", "/id": "1"}}, "event": "complete"}
 ]}
)json";

}  // namespace

// Refusals come as close codes: 4400 invalid message, 4401 not signed in, 4403 forbidden, 4408 too late.
constinit const StepsPreset graphql_transport_ws{
    .name = "graphql_transport_ws",
    .subprotocols = subprotocols,
    .must_select = true,
    .parameters = parameters,
    .script = script,
};

}  // namespace answerback::probes
