#pragma once
// What the trouble of one probe comes to: who is to blame, why, and what is lost by it. Pure.

#include <optional>
#include <span>

#include "model/assess.h"
#include "model/incident.h"

namespace answerback {

// Points into what it was made from, and costs next to nothing: it is reckoned for every open incident
// whenever the whole is judged anew.
struct Toll {
  const Plan& plan;
  std::span<const ProbeFacts> facts;
  ProbeId probe;
  const Cause& cause;  // the first that explains it, worst first; its own where nothing else does
  std::optional<Wall> reloaded;
};

// Nothing for a probe that no cause explains: it is up, or unknown.
std::optional<Toll> toll_of(const Plan&, std::span<const ProbeFacts>, const Assessment&, ProbeId,
                            std::optional<Wall> reloaded);

// Whether it blames another than the incident does, calls the fault by another name, or blocks more.
bool outweighs(const Toll&, const Incident&);

// Fills cause, whys, blocks, impacts and value_blocked, and the reason where a finding names it.
void charge(Incident&, const Toll&);

}  // namespace answerback
