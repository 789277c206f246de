#pragma once
// What a target looked like so far, to say what has changed: the addresses it was found at, its certificates,
// the shape of its events. Pure, and bounded whatever a target does.

#include <string>
#include <vector>

#include "model/result.h"

namespace answerback {

// One kind of change, the newest there was.
struct Changed {
  Wall at{};
  std::string what;  // "address 10.0.0.8:5432, before that 10.0.0.7:5432"
  bool operator==(const Changed&) const = default;
};

class Traits {
 public:
  // Of addresses and of certificates so many are remembered. A target that shows more is a pool of them: one
  // that is new says nothing then.
  static constexpr std::size_t remembered = 8;

  // True when the run shows something that was never seen before; the first sight of anything is no change.
  bool see(const RunRecord&, Wall at);
  const std::vector<Changed>& changes() const { return changes_; }  // at most one of each kind

 private:
  enum Kind : std::uint8_t { address, certificate, contract };
  void note(Kind, Wall at, std::string what);

  std::vector<std::string> addresses_;
  std::vector<double> certificates_;  // by their expiry, seconds since the epoch
  bool drifted_ = false;
  std::vector<Changed> changes_;
  std::vector<Kind> kinds_;  // of `changes_`
};

}  // namespace answerback
