// STOMP 1.2 over a WebSocket: https://stomp.github.io/stomp-specification-1.2.html
#include "probes/shared/steps/presets.h"

namespace answerback::probes {
namespace {

constexpr PresetParameter parameters[] = {
    {.name = "host", .fallback = R"("/")", .doc = "virtual host of CONNECT"},
    {.name = "headers",
     .fallback = R"("")",
     .doc = "further headers of CONNECT, such as login:… and passcode:…, each with its line end",
     .secret = true},
    {.name = "authorization",
     .fallback = R"("")",
     .doc = "header of CONNECT that signs in with a token",
     .signed_in = R"("Authorization:Bearer {{token}}\n")"},
    {.name = "subscribe", .fallback = "", .doc = "destination at which the answer comes"},
    {.name = "destination", .fallback = "", .doc = "destination to which the question goes", .asks = true},
    {.name = "message",
     .fallback = R"({"text":"{{question}}"})",
     .doc = "body of the question",
     .asks = true},
};
constexpr std::string_view subprotocols[] = {"v12.stomp", "v11.stomp", "v10.stomp"};

constexpr std::string_view script = R"json({"terminator": "nul",
 "steps": [
  {"fail": [{"when": {"prefix": "ERROR",
                      "matches": "(?i)connect|login|passcode|password|auth|access|denied|credential"},
             "as": "auth"},
            {"when": {"prefix": "ERROR"}, "as": "protocol"}]},
  {"send": "CONNECT\naccept-version:1.2,1.1,1.0\nhost:{{host}}\nheart-beat:10000,10000\n{{authorization}}{{headers}}\n"},
  {"until": {"prefix": "CONNECTED"}},
  {"send": "\n", "every": "10s"},
  {"send": "SUBSCRIBE\nid:1\ndestination:{{subscribe}}\nreceipt:subscribed\n\n"},
  {"until": {"prefix": "RECEIPT", "matches": "\nreceipt-id:subscribed\r?\n"}},
  {"fail": [{"when": {"prefix": "ERROR"}, "as": "agent_error"}]},
  {"ask": "SEND\ndestination:{{destination}}\ncontent-type:application/json\n\n{{message}}"}
 ],
 "events": [
  {"when": {"prefix": "MESSAGE"}, "event": "answered", "answer": "(?s)\r?\n\r?\n(.*)"}
 ]}
)json";

}  // namespace

// A bad login is answered by ERROR and then a close with 1000.
constinit const StepsPreset stomp{
    .name = "stomp",
    .subprotocols = subprotocols,
    .parameters = parameters,
    .script = script,
};

}  // namespace answerback::probes
