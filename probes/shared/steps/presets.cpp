#include "probes/shared/steps/presets.h"

namespace answerback::probes {

std::span<const StepsPreset* const> steps_presets() {
  static constexpr const StepsPreset* presets[] = {
      &socketio, &graphql_transport_ws, &stomp, &actioncable, &phoenix, &signalr, &openai_realtime,
  };
  return presets;
}

}  // namespace answerback::probes
