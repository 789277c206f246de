#pragma once
// When not to ask at all. Pure.
//
// Asked to stay away (Retry-After) we do, for `longest` at the most. Refused again and again without such a
// word, from the fourth time on only every third run asks: seldom enough to be no part of a storm, often
// enough that what is known does not go stale (3 intervals).

#include <optional>

#include "model/result.h"

namespace answerback::probes {

class LlmBackoff {
 public:
  explicit LlmBackoff(Duration longest) : longest_(longest) {}

  // The result of a run that sends nothing; nullopt when it is time to ask. Counts the run.
  std::optional<ProbeResult> hold(Steady now);

  // What a look came to: nothing, or a refusal and how long it asks us to wait. The words to add to the
  // detail, "" where there are none.
  void accepted();
  std::string refused(Reason, std::optional<Duration> wait, Steady now, Wall wall);

 private:
  Duration longest_;
  Steady quiet_until_{};
  Wall quiet_until_wall_{};
  Reason reason_ = Reason::none;
  int refusals_ = 0;  // in a row
  int left_out_ = 0;  // runs still to be left out
};

}  // namespace answerback::probes
