#pragma once
// What an event says went wrong, and whose trouble that is. Pure.

#include "probes/shared/platform/event.h"
#include "probes/shared/platform/event_fields.h"

namespace answerback::probes {

// What kind of error it is: by its code, or by its words where it has none.
EventKind kind_of_error(const EventFields&);

std::string words_of(const EventFields&);  // code and message in one line
bool went_wrong(const EventFields&);       // an event may say so of what it reports

}  // namespace answerback::probes
