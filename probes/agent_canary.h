#pragma once
// Whether the answer was thought of or made up: the rules that convict a perfect chain that is fake. Pure.
//
// Convicting by themselves: a canned text. Convicting where the answer is not right: the question given back,
// the same answer as to another question, events evenly 0.1 s apart, claimed durations that the clock
// contradicts (where nothing was asked that can be judged, the last two only together). A right answer to a
// question never asked before cannot be had without thinking, whatever else looks odd.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"
#include "probes/challenge.h"

namespace answerback::probes {

struct Answered {
  const Challenge& challenge;
  std::string_view answer;
  std::string_view earlier_question, earlier_answer;  // of the last run that had one; may be empty
  std::span<const Steady> times;                      // of the chain's events
  std::string_view overclaim;                         // see Chain::overclaim(); may be empty
};

// synthetic, with all the evidence there is; answer_wrong; nullopt when nothing speaks against it.
std::optional<Failure> judge_answer(const Answered&, std::span<const std::string> canned);

extern const std::vector<std::string> usual_canned;  // compared without case, anywhere in the answer

bool metronomic(std::span<const Steady> times);  // four gaps or more, all within a tenth of 0.1 s

}  // namespace answerback::probes
