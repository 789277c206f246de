#pragma once
// The support bundle: what a bug report needs, as one text that its sender can read before sending it.
// Everything in it is what the daemon shows anyway, secrets already masked by it.

#include <string>

#include "cli/asking.h"
#include "model/time.h"

namespace answerback::cli {

// Parts under headlines: who wrote it, the build, the sentence, configuration, health, probes, incidents,
// report, metrics. A part that cannot be had says why. `about`: lines on the program and its host.
std::string bundle(const Ask&, const std::string& about, Wall now);

// answerback-debug-20261122T192319Z.txt
std::string bundle_file(Wall now);

}  // namespace answerback::cli
