// SignalR, JSON hub protocol, without the negotiation before it.
// https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md
#include "probes/shared/steps/presets.h"

namespace answerback::probes {
namespace {

constexpr PresetParameter parameters[] = {
    {.name = "target", .fallback = R"("Send")", .doc = "method of the hub that asks", .asks = true},
    {.name = "message", .fallback = R"(["{{question}}"])", .doc = "list of its arguments", .asks = true},
    {.name = "reply",
     .fallback = R"("ReceiveMessage")",
     .doc = "method of ours that brings the answer, where it is not the result of the call",
     .asks = true},
};

constexpr std::string_view script = R"json({"terminator": "record_separator",
 "steps": [
  {"ignore": [{"json": {"/type": 6}}]},
  {"fail": [{"when": {"json": {"/error": {"matches": "(?i)auth|token"}, "/type": {"exists": false}}}, "as": "auth"},
            {"when": {"json": {"/error": {"exists": true}, "/type": {"exists": false}}}, "as": "protocol"},
            {"when": {"json": {"/type": 7}}, "as": "closed"}]},
  {"send": {"json": {"protocol": "json", "version": 1}}},
  {"until": {"text": "{}"}},
  {"send": {"json": {"type": 6}}, "every": "15s"},
  {"ask": {"json": {"type": 1, "invocationId": "1", "target": "{{target}}", "arguments": "{{message}}"}}}
 ],
 "events": [
  {"when": {"json": {"/type": 3, "/invocationId": "1", "/error": {"exists": true}}}, "error": "/error"},
  {"when": {"json": {"/type": 3, "/invocationId": "1", "/result": {"not": null}}},
   "event": "answered", "answer": "/result"},
  {"when": {"json": {"/type": 1, "/target": "{{reply}}"}}, "event": "answered", "answer": "/arguments"}
 ]}
)json";

}  // namespace

// A completion without a result only says that the call is over: the answer comes by a call the other way.
constinit const StepsPreset signalr{
    .name = "signalr",
    .signed_in_query = "access_token=%7B%7Btoken%7D%7D",
    .parameters = parameters,
    .script = script,
};

}  // namespace answerback::probes
