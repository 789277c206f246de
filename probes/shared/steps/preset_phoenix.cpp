// Phoenix channels, serializer 2.0.0: [join_ref, ref, topic, event, payload].
#include "probes/shared/steps/presets.h"

namespace answerback::probes {
namespace {

constexpr PresetParameter parameters[] = {
    {.name = "topic", .fallback = "", .doc = "the channel, as room:lobby"},
    {.name = "join", .fallback = "{}", .doc = "payload of phx_join"},
    {.name = "event", .fallback = R"("new_msg")", .doc = "name of the event that asks", .asks = true},
    {.name = "message", .fallback = R"({"body":"{{question}}"})", .doc = "its payload", .asks = true},
    {.name = "reply",
     .fallback = R"("phx_reply")",
     .doc = "name of the event that answers; phx_reply: the reply to the one that asks",
     .asks = true},
    {.name = "answer", .fallback = R"("/4")", .doc = "where in the message the answer stands", .asks = true},
};
constexpr std::string_view signed_in_subprotocols[] = {"phoenix", "base64url.bearer.phx.{{token|base64url}}"};

constexpr std::string_view script = R"json({"steps": [
  {"ignore": [{"json": {"/2": "phoenix"}}]},
  {"fail": [{"when": {"json": {"/1": "1", "/3": "phx_reply", "/4/status": "error",
                               "/4/response/reason": {"matches": "(?i)unauthori[sz]ed|token|sign"}}}, "as": "auth"},
            {"when": {"json": {"/1": "1", "/3": "phx_reply", "/4/status": "error"}}, "as": "forbidden"},
            {"when": {"json": {"/2": "{{topic}}", "/3": "phx_error"}}, "as": "agent_error"},
            {"when": {"json": {"/2": "{{topic}}", "/3": "phx_close"}}, "as": "closed"}]},
  {"send": {"json": ["1", "1", "{{topic}}", "phx_join", "{{join}}"]}},
  {"until": {"json": {"/1": "1", "/3": "phx_reply", "/4/status": "ok"}}},
  {"send": {"json": [null, "h{{n}}", "phoenix", "heartbeat", {}]}, "every": "30s"},
  {"ask": {"json": ["1", "2", "{{topic}}", "{{event}}", "{{message}}"]}}
 ],
 "events": [
  {"when": {"json": {"/1": "2", "/3": "phx_reply", "/4/status": "error"}}, "error": "/4/response"},
  {"when": {"json": {"/2": "{{topic}}", "/3": "{{reply}}"}}, "event": "answered", "answer": "{{answer}}"}
 ]}
)json";

}  // namespace

// A connection that is not believed is refused with 403. Idle ones are dropped, so the heartbeat is ours.
constinit const StepsPreset phoenix{
    .name = "phoenix",
    .path = "/socket/websocket",
    .query = "vsn=2.0.0",
    .signed_in_subprotocols = signed_in_subprotocols,
    .parameters = parameters,
    .script = script,
};

}  // namespace answerback::probes
