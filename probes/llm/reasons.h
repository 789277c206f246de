#pragma once
// Which of our reasons a provider's error stands for. Pure.

#include <string_view>

#include "model/result.h"

namespace answerback::probes {

// By the machine-readable words of an error, its code and its type, where they tell; else by the status. In
// the middle of a stream the status is 200 and tells nothing: then a code that is a number ("429") counts as
// one.
Reason reason_of_error(unsigned status, std::string_view code, std::string_view type);

// A fault of the provider's fails; what its content filter does to our prompt only warns.
ProbeResult result_of(Failure);

}  // namespace answerback::probes
