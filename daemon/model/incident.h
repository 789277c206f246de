#pragma once
// From the first transition of a probe away from up until its return.

#include <cstdint>
#include <optional>
#include <string>

#include "model/result.h"

namespace answerback {

struct Incident {
  std::uint64_t id = 0;
  std::string probe;
  Reason reason = Reason::none;  // of the run that opened it; the worst seen since replaces it
  Wall since{};
  std::optional<Wall> ended;
  std::string cause;   // name of the root cause; the probe itself where nothing else explains it
  std::string output;  // the sentence of the moment it was opened
};

}  // namespace answerback
