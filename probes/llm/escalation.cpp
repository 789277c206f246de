#include "probes/llm/escalation.h"

namespace answerback::probes {

bool LlmEscalation::due(Verdict cheap, Reason reason) {
  const bool changed = cheap != cheap_ || reason != reason_;
  cheap_ = cheap;
  reason_ = reason;
  ++runs_;
  return !proved_ || changed || runs_ >= every_;
}

void LlmEscalation::generated(Verdict verdict) {
  proved_ = verdict == Verdict::pass;
  if (proved_) runs_ = 0;
}

}  // namespace answerback::probes
