#pragma once
// The two forms of the metrics page.

#include <cstdint>
#include <string_view>

namespace answerback::sinks {

enum class Exposition : std::uint8_t {
  text,         // Prometheus's text format 0.0.4
  openmetrics,  // OpenMetrics 1.0.0: the same series, with exemplars
};

constexpr std::string_view content_type(Exposition format) {
  return format == Exposition::openmetrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                           : "text/plain; version=0.0.4; charset=utf-8";
}

}  // namespace answerback::sinks
