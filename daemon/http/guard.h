#pragma once
// The door of the access room, as the server asks it: what each route needs to know about whoever asks.

#include "access/door.h"
#include "http/server.h"

namespace answerback::http {

// Open routes are answered to anybody at any rate and before all others, and never cost a password's check
// unless their names are asked for. The door outlives the server.
Guard guard_of(access::Door&, std::string prefix = {});

}  // namespace answerback::http
