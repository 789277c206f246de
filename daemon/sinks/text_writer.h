#pragma once
// The two forms of the metrics page, written with to_chars: prometheus-cpp 1.0's own serialiser goes through
// an ostream, which is most of the time of a large page, writes NaN as "Nan", leaves HELP unescaped, and
// knows neither OpenMetrics nor exemplars.
// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
// https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md

#include <string>

#include "sinks/exposition.h"
#include "sinks/families.h"

namespace answerback::sinks {

// Families without a sample are left out.
std::string write(const Families&, Exposition);

}  // namespace answerback::sinks
