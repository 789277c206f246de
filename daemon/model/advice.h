#pragma once
// What to look at next, by reason: one sentence an engineer can act on at three in the morning. Pure.

#include <string_view>

#include "model/reason.h"

namespace answerback {

std::string_view next_check(Reason);  // a sentence with its full stop; never empty

}  // namespace answerback
