#pragma once
// The text format 0.0.4, written with to_chars: prometheus-cpp 1.0's own serialiser goes through an ostream,
// which is most of the time of a large page, writes NaN as "Nan" and leaves HELP unescaped.
// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format

#include <prometheus/serializer.h>

#include <string>
#include <vector>

namespace answerback::sinks {

class TextWriter final : public prometheus::Serializer {
 public:
  std::string Serialize(const std::vector<prometheus::MetricFamily>&) const override;
  void Serialize(std::ostream&, const std::vector<prometheus::MetricFamily>&) const override;
};

}  // namespace answerback::sinks
