#pragma once
// The messages of a server as the events of an agent's chain, as the script says. Pure.

#include <set>
#include <span>
#include <string>
#include <vector>

#include "probes/shared/platform/event.h"
#include "probes/shared/steps/script.h"

namespace answerback::probes {

class EventReader {
 public:
  static constexpr std::size_t text_cap = 64 * 1024;  // bytes of an answer that comes in pieces

  // `stages` outlives it. `lookup`: the values at the time the question was asked.
  EventReader(const Script&, std::span<const std::string> stages, const StepLookup& lookup);

  // A stage whose event comes in pieces is reached with the first; the event that ends the chain brings the
  // pieces where it has no answer of its own.
  AgentEvent read(Incoming&);

 private:
  AgentEvent by(const EventRule&, Incoming&);

  std::vector<EventRule> rules_;
  std::span<const std::string> stages_;
  std::set<std::string> begun_;
  std::string pieces_;
};

}  // namespace answerback::probes
