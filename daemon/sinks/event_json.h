#pragma once
// One event for readers on the wire. Pure.

#include <optional>
#include <string>

#include "model/event.h"

namespace answerback::sinks {

struct EventText {
  std::string_view event;  // its name
  std::string data;        // a JSON object on one line; texts of targets capped, well-formed UTF-8
};

std::optional<EventText> event_json(const Event&);  // nothing for events that are not told

}  // namespace answerback::sinks
