#pragma once
// What of an event is the agent's answer. Pure.

#include "probes/shared/platform/event_fields.h"

namespace answerback::probes {

struct EventAnswer {
  std::string text;
  bool remark = false;  // but a `message`, which may be one about the run
};

EventAnswer answer_in(const EventFields&);

}  // namespace answerback::probes
