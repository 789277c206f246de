// OpenAI Realtime, general availability; the model stands in the query of the url.
// https://platform.openai.com/docs/guides/realtime
#include "probes/shared/steps/presets.h"

namespace answerback::probes {
namespace {

constexpr PresetParameter parameters[] = {
    {.name = "session",
     .fallback = R"({"type":"realtime","output_modalities":["text"]})",
     .doc = "of session.update"},
};

constexpr std::string_view script = R"json({"steps": [
  {"fail": [{"when": {"json": {"/type": "error", "/error/code": {"matches": "api_key|auth|unauthorized"}}}, "as": "auth"},
            {"when": {"json": {"/type": "error", "/error/code": {"matches": "rate_limit|slow_down"}}}, "as": "rate_limited"},
            {"when": {"json": {"/type": "error", "/error/code": {"matches": "quota|credit_balance|_limit_exceeded"}}},
             "as": "quota"},
            {"when": {"json": {"/type": "error", "/error/code": "model_not_found"}}, "as": "model_not_found"},
            {"when": {"json": {"/type": "error", "/error/type": "server_error"}}, "as": "upstream_error"},
            {"when": {"json": {"/type": "error"}}, "as": "bad_request"}]},
  {"until": {"json": {"/type": "session.created"}}},
  {"send": {"json": {"type": "session.update", "session": "{{session}}"}}},
  {"until": {"json": {"/type": "session.updated"}}},
  {"ask": [{"json": {"type": "conversation.item.create",
                     "item": {"type": "message", "role": "user",
                              "content": [{"type": "input_text", "text": "{{question}}"}]}}},
           {"json": {"type": "response.create"}}]}
 ],
 "events": [
  {"when": {"json": {"/type": "response.created"}}, "event": "response.created", "run": "/response/id"},
  {"when": {"json": {"/type": "response.output_text.delta"}},
   "event": "response.output_text.delta", "piece": "/delta", "run": "/response_id"},
  {"when": {"json": {"/type": "response.done", "/response/status": "completed"}},
   "event": "response.done", "run": "/response/id"},
  {"when": {"json": {"/type": "response.done"}}, "error": "/response/status_details/error/message",
   "run": "/response/id"}
 ]}
)json";

}  // namespace

// Until session.updated nothing costs a token: `websocket` stops there.
constinit const StepsPreset openai_realtime{
    .name = "openai_realtime",
    .path = "/v1/realtime",
    .parameters = parameters,
    .script = script,
};

}  // namespace answerback::probes
