#pragma once
// A day of results in compact form: half an hour a part, the parts in which nothing ran left out. Pure.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "model/chronicle.h"
#include "model/result.h"

namespace answerback::sinks {

Wall part_of(Wall);  // when the part of that moment began; the parts of a day begin at midnight UTC

void add(DayPart&, const RunRecord&);
void add(DayPart&, const DayPart&);

using DayPartKey = std::pair<std::string, Wall>;  // the probe, and when the part began
using DayParts = std::map<DayPartKey, DayPart>;

// Puts one into the probe's strip, which stays in order and no longer than a day.
void add(std::vector<DayPart>& strip, const DayPart&);

}  // namespace answerback::sinks
