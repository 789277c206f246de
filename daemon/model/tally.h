#pragma once
// What has been counted about one probe since the daemon started; kept over reloads. Plain data for metrics.

#include <array>
#include <cassert>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/result.h"

namespace answerback {

// The run behind an observation: what leads from a number to its trace.
struct Exemplar {
  std::size_t bucket = 0;  // of its histogram; 0 where it belongs to a counter
  RunId run;
  double value = 0;
  Wall at{};
};

// Cumulative counts are made on reading; here each observation is in one bucket, the last being +Inf. A copy
// is cheap, for every snapshot has one of every histogram that has moved: it allocates for exemplars only,
// and there is one for each bucket that was ever met.
class Histogram {
 public:
  static constexpr std::size_t most_edges = 15;
  // The edges outlive it.
  explicit Histogram(std::span<const double> edges) : edges_(edges) { assert(edges.size() <= most_edges); }
  void observe(double value);
  void observe(double value, const RunId&, Wall at);  // and remembers the run as the newest of its bucket
  std::span<const double> edges() const { return edges_; }
  std::span<const std::uint64_t> counts() const { return std::span(counts_).first(edges_.size() + 1); }
  double sum() const { return sum_; }
  std::uint64_t count() const;
  std::span<const Exemplar> exemplars() const { return exemplars_; }  // in no order

 private:
  std::size_t bucket_of(double value) const;

  std::span<const double> edges_;
  std::array<std::uint64_t, most_edges + 1> counts_{};
  double sum_ = 0;
  std::vector<Exemplar> exemplars_;
};

inline constexpr std::array duration_edges{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                           0.25,  0.5,    1.0,   2.5,  10.0,  60.0};
// OpenTelemetry's, for what a generative model does.
inline constexpr std::array generation_edges{0.01, 0.02, 0.04, 0.08,  0.16,  0.32,  0.64,
                                             1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92};
inline constexpr std::array lag_edges{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                      0.05,   0.1,   0.25,   0.5,   1.0,  5.0};

// How often, and the newest time.
struct Counted {
  std::uint64_t count = 0;
  Exemplar newest;
};

struct Tally {
  std::map<std::pair<Verdict, Reason>, Counted> runs;
  Histogram duration{duration_edges};
  std::uint64_t transitions = 0;
  std::uint64_t skipped_slots = 0;
  std::uint64_t input_tokens = 0, output_tokens = 0;
  double cost = 0;  // of them, at the configured prices
  Histogram first_token{generation_edges};
  std::map<std::string, Histogram> stages;  // by stage of the agent chain

  void count(const RunRecord&);
};

}  // namespace answerback
