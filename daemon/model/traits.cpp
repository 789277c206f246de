#include "model/traits.h"

#include <algorithm>

#include "model/text.h"

namespace answerback {
namespace {

// Whether `seen` is news, and if so after what: nullopt for the first, for a known one, and once there are
// too many.
template <class T>
const T* before(std::vector<T>& known, const T& seen, T& last) {
  if (std::ranges::find(known, seen) != known.end() || known.size() == Traits::remembered) return nullptr;
  if (!known.empty()) last = known.back();
  known.push_back(seen);
  return known.size() > 1 ? &last : nullptr;
}

std::string expiry(double since_epoch) { return iso_time(held_wall(since_epoch)); }

}  // namespace

void Traits::note(Kind kind, Wall at, std::string what) {
  const auto found = std::ranges::find(kinds_, kind);
  if (found != kinds_.end()) {
    changes_[static_cast<std::size_t>(found - kinds_.begin())] = {at, std::move(what)};
    return;
  }
  kinds_.push_back(kind);
  changes_.push_back({at, std::move(what)});
}

bool Traits::see(const RunRecord& run, Wall at) {
  bool changed = false;
  if (!run.peer.empty()) {
    std::string last;
    if (before(addresses_, run.peer, last)) {
      note(address, at, "address " + run.peer + ", before that " + last);
      changed = true;
    }
  }
  for (const Sample& sample : run.samples) {
    double last = 0;
    if (sample.measure == Measure::certificate_expiry && before(certificates_, sample.value, last)) {
      note(certificate, at,
           "certificate that ends " + expiry(sample.value) + ", before that one that ends " + expiry(last));
      changed = true;
    }
  }
  if (run.result.verdict == Verdict::unknown) return changed;
  const bool drifts = run.result.reason == Reason::contract_drift;
  if (drifts && !drifted_) {
    note(contract, at, "shape of its events: " + one_line(run.result.detail, 200));
    changed = true;
  }
  drifted_ = drifts;
  return changed;
}

}  // namespace answerback
