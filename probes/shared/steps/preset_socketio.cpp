// Socket.IO protocol 5 over Engine.IO 4, by WebSocket alone.
// https://socket.io/docs/v4/socket-io-protocol/
#include "probes/shared/steps/presets.h"

namespace answerback::probes {
namespace {

constexpr PresetParameter parameters[] = {
    {.name = "namespace", .fallback = R"("")", .doc = "as /chat", .ending = ","},
    {.name = "auth", .fallback = "{}", .doc = "payload of CONNECT", .signed_in = R"({"token":"{{token}}"})"},
    {.name = "event", .fallback = R"("chat")", .doc = "name of the event that asks", .asks = true},
    {.name = "message", .fallback = R"({"text":"{{question}}"})", .doc = "its argument", .asks = true},
    {.name = "reply", .fallback = R"("reply")", .doc = "name of the event that answers", .asks = true},
    {.name = "answer",
     .fallback = R"("/1")",
     .doc = "where in [name, argument] the answer stands",
     .asks = true},
    {.name = "acknowledgement",
     .fallback = R"("/0/text")",
     .doc = "where in an acknowledgement the answer stands, should it come in one",
     .asks = true},
};

constexpr std::string_view script = R"json({"steps": [
  {"reply": [{"when": {"text": "2"}, "send": "3"}]},
  {"fail": [{"when": {"prefix": "44", "matches": "Invalid namespace"}, "as": "bad_request"},
            {"when": {"prefix": "44"}, "as": "auth"},
            {"when": {"prefix": "41"}, "as": "closed"}]},
  {"until": {"prefix": "0", "json": {"/sid": {"exists": true}}}},
  {"send": {"prefix": "40{{namespace}}", "json": "{{auth}}"}},
  {"until": {"prefix": "40{{namespace}}", "json": {"/sid": {"exists": true}}}},
  {"ask": {"prefix": "42{{namespace}}1", "json": ["{{event}}", "{{message}}"]}}
 ],
 "events": [
  {"when": {"prefix": "42{{namespace}}", "json": {"/0": "{{reply}}"}}, "event": "answered", "answer": "{{answer}}"},
  {"when": {"inside": "^45[0-9]+-(?:/[^,]*,)?(\\[(?s:.*))$", "json": {"/0": "{{reply}}"}},
   "event": "answered", "answer": "{{answer}}"},
  {"when": {"prefix": "43{{namespace}}1", "json": {"{{acknowledgement}}": {"exists": true}}},
   "event": "answered", "answer": "{{acknowledgement}}"}
 ]}
)json";

}  // namespace

// An event with attachments (45) holds its texts itself; the attachments follow in binary messages.
// A bad token is answered by CONNECT_ERROR (44) on a socket that stays open; without a CONNECT the server
// closes without a code.
constinit const StepsPreset socketio{
    .name = "socketio",
    .path = "/socket.io/",
    .query = "EIO=4&transport=websocket",
    .parameters = parameters,
    .script = script,
};

}  // namespace answerback::probes
