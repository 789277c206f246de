#pragma once
// Dialogues that come with answerback: protocols of chat back ends over a WebSocket, as data. A script in the
// language of probes/shared/steps/script.h, and what is configured of it under `with`.

#include <span>
#include <string_view>

namespace answerback::probes {

struct PresetParameter {
  std::string_view name;
  std::string_view fallback;  // JSON; empty: must be given
  std::string_view doc;
  bool asks = false;                // of the question: only `agent` has it
  bool secret = false;              // a text, nowhere shown
  std::string_view signed_in = {};  // the fallback where `credentials` are named
  std::string_view ending = {};     // of a text that is not empty; added where it is left out
};

struct StepsPreset {
  std::string_view name;
  std::string_view path = {};                           // where the url has none
  std::string_view query = {}, signed_in_query = {};    // added where the url has not got that key
  std::span<const std::string_view> subprotocols = {};  // offered where none are configured
  std::span<const std::string_view> signed_in_subprotocols = {};
  bool must_select = false;  // the server must select one of them
  std::span<const PresetParameter> parameters = {};
  std::string_view script;  // JSON: {terminator, steps, events}
};

extern const StepsPreset socketio, graphql_transport_ws, stomp, actioncable, phoenix, signalr,
    openai_realtime;

std::span<const StepsPreset* const> steps_presets();

}  // namespace answerback::probes
