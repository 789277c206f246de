// Rails Action Cable, actioncable-v1-json.
#include "probes/shared/steps/presets.h"

namespace answerback::probes {
namespace {

constexpr PresetParameter parameters[] = {
    {.name = "identifier",
     .fallback = "",
     .doc = "the channel and its parameters, as {channel: ChatChannel}"},
    {.name = "message",
     .fallback = R"({"action":"ask","text":"{{question}}"})",
     .doc = "the action that asks, and its data",
     .asks = true},
    {.name = "answer",
     .fallback = R"("/message")",
     .doc = "where in the message the answer stands",
     .asks = true},
};
constexpr std::string_view subprotocols[] = {"actioncable-v1-json"};

constexpr std::string_view script = R"json({"steps": [
  {"ignore": [{"json": {"/type": "ping"}}]},
  {"fail": [{"when": {"json": {"/type": "disconnect", "/reason": "unauthorized"}}, "as": "auth"},
            {"when": {"json": {"/type": "disconnect"}}, "as": "closed"},
            {"when": {"json": {"/type": "reject_subscription"}}, "as": "forbidden"}]},
  {"until": {"json": {"/type": "welcome"}}},
  {"send": {"json": {"command": "subscribe", "identifier": "{{identifier|json}}"}}},
  {"until": {"json": {"/type": "confirm_subscription", "/identifier": "{{identifier|json}}"}}},
  {"ask": {"json": {"command": "message", "identifier": "{{identifier|json}}", "data": "{{message|json}}"}}}
 ],
 "events": [
  {"when": {"json": {"/identifier": "{{identifier|json}}", "/message": {"exists": true}}},
   "event": "answered", "answer": "{{answer}}"}
 ]}
)json";

}  // namespace

// A bad Origin is refused with 404. `identifier` and `data` are JSON inside JSON strings. Pings are owed no
// reply.
constinit const StepsPreset actioncable{
    .name = "actioncable",
    .path = "/cable",
    .subprotocols = subprotocols,
    .must_select = true,
    .parameters = parameters,
    .script = script,
};

}  // namespace answerback::probes
