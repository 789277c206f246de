#pragma once
// Building blocks of the metrics page: families in the order they are told, those without a sample left out.

#include <prometheus/metric_family.h>

#include <deque>
#include <string_view>
#include <vector>

#include "model/tally.h"

namespace answerback::sinks {

using Labels = std::vector<prometheus::ClientMetric::Label>;
Labels with(Labels, std::string_view name, std::string_view value);

class Family {
 public:
  Family(prometheus::MetricType, std::string_view name, std::string_view help);

  void value(Labels, double);  // of a counter or a gauge
  void histogram(Labels, const Histogram&);

 private:
  friend class Families;
  prometheus::MetricFamily family_;
};

class Families {
 public:
  // `name` in full. The reference stays good until take().
  Family& gauge(std::string_view name, std::string_view help) {
    return add(prometheus::MetricType::Gauge, name, help);
  }
  Family& counter(std::string_view name, std::string_view help) {
    return add(prometheus::MetricType::Counter, name, help);
  }
  Family& histogram(std::string_view name, std::string_view help) {
    return add(prometheus::MetricType::Histogram, name, help);
  }

  std::vector<prometheus::MetricFamily> take() &&;

 private:
  Family& add(prometheus::MetricType, std::string_view name, std::string_view help);

  std::deque<Family> all_;
};

}  // namespace answerback::sinks
