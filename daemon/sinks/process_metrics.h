#pragma once
// What the kernel knows of our own process, under the names every Prometheus client uses. Reads /proc; what
// cannot be read is left out.

#include "sinks/families.h"

namespace answerback::sinks {

void add_process(Families&);

}  // namespace answerback::sinks
