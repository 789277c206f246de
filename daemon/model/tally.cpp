#include "model/tally.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace answerback {
namespace {

// A count that a peer told us: it may be any number at all.
std::uint64_t tokens(double value) {
  constexpr double most = 1e15;
  return value > 0 ? static_cast<std::uint64_t>(std::min(value, most)) : 0;
}

}  // namespace

std::size_t Histogram::bucket_of(double value) const {  // an edge belongs to the bucket below it
  return static_cast<std::size_t>(std::ranges::lower_bound(edges_, value) - edges_.begin());
}

void Histogram::observe(double value) {
  if (!std::isfinite(value)) return;  // one of them would spoil the sum for good
  ++counts_[bucket_of(value)];
  sum_ += value;
}

void Histogram::observe(double value, const RunId& run, Wall at) {
  observe(value);
  if (!std::isfinite(value)) return;
  const Exemplar newest{.bucket = bucket_of(value), .run = run, .value = value, .at = at};
  const auto before = std::ranges::find(exemplars_, newest.bucket, &Exemplar::bucket);
  if (before == exemplars_.end()) {
    exemplars_.push_back(newest);
  } else {
    *before = newest;
  }
}

std::uint64_t Histogram::count() const {
  return std::accumulate(counts_.begin(), counts_.end(),
                         std::uint64_t{0});  // those beyond the last bucket are 0
}

void Tally::count(const RunRecord& run) {
  const Wall at = run.began + std::chrono::duration_cast<Wall::duration>(run.took());
  Counted& alike = runs[{run.result.verdict, run.result.reason}];
  ++alike.count;
  alike.newest = {.run = run.id, .value = 1, .at = at};
  duration.observe(seconds(run.took()), run.id, at);
  for (const Sample& sample : run.samples) {
    if (sample.measure == Measure::input_tokens) input_tokens += tokens(sample.value);
    if (sample.measure == Measure::output_tokens) output_tokens += tokens(sample.value);
    if (sample.measure == Measure::cost && sample.value > 0) cost += sample.value;
    if (sample.measure == Measure::time_to_first_token) first_token.observe(sample.value, run.id, at);
    if (sample.measure == Measure::stage_duration) {
      stages.try_emplace(sample.label, duration_edges).first->second.observe(sample.value, run.id, at);
    }
  }
}

}  // namespace answerback
