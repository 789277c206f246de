#pragma once
// From the first transition of a probe away from up until its return.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

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

  // Of that moment, too: what the run that opened it saw, and what followed from it.
  Phase phase = Phase::prepare;
  std::string detail = {};
  std::vector<std::string> whys =
      {};  // from what users feel to the root, each "because" of the one before it
  std::vector<std::string> blocks = {};   // probes it explains
  std::vector<std::string> impacts = {};  // of the capabilities it blocks
  double value_blocked = 0;               // percent
  struct KeptFrame {
    Duration offset;  // from the start of the run
    std::string label, text;
  };
  std::vector<KeptFrame> frames = {};  // the last ones of that run, capped
};

}  // namespace answerback
