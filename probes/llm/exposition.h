#pragma once
// Gauges of a server's own /metrics page, Prometheus's text format. Pure.

#include <optional>
#include <string_view>

namespace answerback::probes {

// The sum over all series of that name; nullopt where there is none, or a value is no number.
std::optional<double> sum_of(std::string_view page, std::string_view name);

}  // namespace answerback::probes
