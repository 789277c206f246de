#pragma once
// What the process gives up and asks for at the start.

namespace answerback {

// No core dumps and no debugger (memory holds secrets), no new privileges, a broken pipe is an error and not
// a signal, as many descriptors as the system allows, and what a killed worker leaves behind is ours to
// collect.
void harden();

}  // namespace answerback
