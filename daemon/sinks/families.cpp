#include "sinks/families.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace answerback::sinks {

using prometheus::ClientMetric;
using prometheus::MetricType;

Labels with(Labels labels, std::string_view name, std::string_view value) {
  labels.push_back({.name = std::string(name), .value = std::string(value)});
  return labels;
}

Family::Family(MetricType type, std::string_view name, std::string_view help) {
  family_.name = name;
  family_.help = help;
  family_.type = type;
}

ClientMetric& Family::add(Labels labels, std::span<const Exemplar> exemplars) {
  exemplars_.push_back(exemplars);
  ClientMetric& metric = family_.metric.emplace_back();
  metric.label = std::move(labels);
  return metric;
}

void Family::value(Labels labels, double value) {
  ClientMetric& metric = add(std::move(labels));
  (family_.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
}

void Family::counted(Labels labels, const Counted& counted) {
  add(std::move(labels), {&counted.newest, 1}).counter.value = static_cast<double>(counted.count);
}

void Family::histogram(Labels labels, const Histogram& histogram) {
  ClientMetric& metric = add(std::move(labels), histogram.exemplars());
  metric.histogram.bucket.reserve(histogram.counts().size());
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i < histogram.counts().size(); ++i) {
    cumulative += histogram.counts()[i];
    const bool last = i == histogram.edges().size();
    metric.histogram.bucket.push_back(
        {.cumulative_count = cumulative,
         .upper_bound = last ? std::numeric_limits<double>::infinity() : histogram.edges()[i]});
  }
  metric.histogram.sample_count = cumulative;
  metric.histogram.sample_sum = histogram.sum();
}

}  // namespace answerback::sinks
