#pragma once
// Building blocks of the metrics page: families in the order they are told, as prometheus-cpp's values. Those
// have no place for exemplars, which lie beside them.

#include <prometheus/metric_family.h>

#include <deque>
#include <span>
#include <string_view>
#include <vector>

#include "model/tally.h"

namespace answerback::sinks {

using Labels = std::vector<prometheus::ClientMetric::Label>;
Labels with(Labels, std::string_view name, std::string_view value);

// Exemplars are not copied: what they came with outlives the family.
class Family {
 public:
  Family(prometheus::MetricType, std::string_view name, std::string_view help);

  void value(Labels, double);  // of a counter or a gauge
  void counted(Labels, const Counted&);
  void histogram(Labels, const Histogram&);

  const prometheus::MetricFamily& values() const { return family_; }
  std::span<const Exemplar> exemplars(std::size_t metric) const { return exemplars_[metric]; }

 private:
  prometheus::ClientMetric& add(Labels, std::span<const Exemplar> = {});

  prometheus::MetricFamily family_;
  std::vector<std::span<const Exemplar>> exemplars_;  // as its metrics
};

class Families {
 public:
  // `name` in full. The reference stays good as long as this.
  Family& gauge(std::string_view name, std::string_view help) {
    return all_.emplace_back(prometheus::MetricType::Gauge, name, help);
  }
  Family& counter(std::string_view name, std::string_view help) {
    return all_.emplace_back(prometheus::MetricType::Counter, name, help);
  }
  Family& histogram(std::string_view name, std::string_view help) {
    return all_.emplace_back(prometheus::MetricType::Histogram, name, help);
  }

  const std::deque<Family>& all() const { return all_; }  // some may have no sample

 private:
  std::deque<Family> all_;
};

}  // namespace answerback::sinks
