#pragma once
// Pieces of a script as they are read from JSON, and their mistakes in words. Pure.

#include <algorithm>
#include <boost/json/fwd.hpp>
#include <expected>
#include <string>

#include "model/time.h"
#include "probes/shared/steps/template.h"

namespace answerback::probes {

// A text; a whole number counts as the text it was written as ("prefix: 42").
std::expected<std::string, std::string> step_text(const boost::json::value&);

// A message that is sent: a text, {json: value}, or either behind a prefix: {prefix: text, json: value}.
std::expected<Template, std::string> step_message(const boost::json::value&, const StepScope&);

std::expected<Duration, std::string> step_duration(const boost::json::value&);  // "5s"; more than zero

template <class Range, class Value>
bool holds(const Range& range, const Value& value) {
  return std::ranges::find(range, value) != std::ranges::end(range);
}

}  // namespace answerback::probes
