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

void Family::value(Labels labels, double value) {
  ClientMetric& metric = family_.metric.emplace_back();
  metric.label = std::move(labels);
  (family_.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
}

void Family::histogram(Labels labels, const Histogram& histogram) {
  ClientMetric& metric = family_.metric.emplace_back();
  metric.label = std::move(labels);
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

Family& Families::add(MetricType type, std::string_view name, std::string_view help) {
  return all_.emplace_back(type, name, help);
}

std::vector<prometheus::MetricFamily> Families::take() && {
  std::vector<prometheus::MetricFamily> out;
  for (Family& each : all_) {
    if (!each.family_.metric.empty()) out.push_back(std::move(each.family_));
  }
  return out;
}

}  // namespace answerback::sinks
