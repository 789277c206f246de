#pragma once
// Whether the answer was thought of or made up: the rules that convict a perfect chain that is fake. Pure.
//
// Convicting by themselves: a canned text. Convicting where the answer is not right: the question given back,
// the same answer as to another question; and, as circumstances, events as even as a clock's, claimed
// durations that our clock contradicts, more words than anybody can say in the time (where nothing was asked
// that can be judged, two of these together). A right answer to a question never asked before cannot be had
// without thinking, whatever else looks odd.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"
#include "probes/shared/challenge/challenge.h"

namespace answerback::probes {

struct Exchange {
  std::string question, answer;
};

struct Answered {
  const Challenge& challenge;
  std::string_view answer;
  std::span<const Exchange> earlier = {};  // of runs before, some
  std::span<const Steady> times = {};      // of the chain's events
  std::string_view overclaim = {};         // see Chain::overclaim(); may be empty
  Duration took = {};                      // from the question to the answer; zero: unknown
};

// synthetic, with all the evidence there is; answer_wrong; nullopt when nothing speaks against it.
std::optional<Failure> judge_answer(const Answered&, std::span<const std::string> canned);

extern const std::vector<std::string> usual_canned;  // compared without case, anywhere in the answer

// The gap between any two, where there are four or more, none is more than a tenth off their mean and the
// mean is a wait (20 ms), not the way a burst happened to arrive.
std::optional<Duration> cadence(std::span<const Steady> times);

}  // namespace answerback::probes
