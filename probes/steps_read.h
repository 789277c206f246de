#pragma once
// Pieces of a script as they are read from JSON, and their mistakes in words. Pure.

#include <algorithm>
#include <boost/json/fwd.hpp>
#include <expected>
#include <string>

namespace answerback::probes {

// A text; a whole number counts as the text it was written as ("prefix: 42").
std::expected<std::string, std::string> step_text(const boost::json::value&);

template <class Range, class Value>
bool holds(const Range& range, const Value& value) {
  return std::ranges::find(range, value) != std::ranges::end(range);
}

}  // namespace answerback::probes
