#pragma once
// The two forms of the metrics page, written with to_chars: prometheus-cpp 1.0's own serialiser goes through
// an ostream, which is most of the time of a large page, writes NaN as "Nan", leaves HELP unescaped, and
// knows neither OpenMetrics nor exemplars.
// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
// https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md

#include <deque>
#include <string>

#include "sinks/exposition.h"
#include "sinks/families.h"

namespace answerback::sinks {

// A page, written piece by piece: values take more memory than their text, so that a large page is made of
// some at a time. A family that comes again goes on where it ended; one without a sample is left out.
class Page {
 public:
  explicit Page(Exposition format) : format_(format) {}
  void add(const Families&);
  std::string text() &&;

 private:
  struct Section {  // one family
    std::string name, text;
  };
  std::string& section(std::string_view name);

  Exposition format_;
  std::deque<Section> sections_;  // in the order they are told
};

}  // namespace answerback::sinks
