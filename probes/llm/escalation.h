#pragma once
// When a cheap look is not enough: every Nth run, whenever what the cheap look sees has changed, and as long
// as the last generation was not good, for then nothing cheaper can say that it is again. Pure.

#include "model/result.h"

namespace answerback::probes {

class LlmEscalation {
 public:
  explicit LlmEscalation(int every) : every_(every) {}

  // The cheap look of this run gave this; whether to generate as well.
  bool due(Verdict cheap, Reason reason);

  void generating() { proved_ = false; }  // also when it never comes to an end
  void generated(Verdict);

  int runs_since() const { return runs_; }  // the last generation that was good

 private:
  int every_;
  int runs_ = 0;
  bool proved_ = false;
  Verdict cheap_ = Verdict::unknown;
  Reason reason_ = Reason::none;
};

}  // namespace answerback::probes
