#pragma once
// So many at once, and then one every so often. Pure: the time is handed in.

#include <algorithm>

#include "model/time.h"

namespace answerback::access {

class TokenBucket {
 public:
  TokenBucket(double burst, Duration interval, Steady now)
      : burst_(burst), interval_(interval), tokens_(burst), seen_(now) {}

  bool take(Steady now) {
    refill(now);
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }
  void give_back() { tokens_ = std::min(burst_, tokens_ + 1); }
  bool full(Steady now) {
    refill(now);
    return tokens_ >= burst_;
  }

 private:
  void refill(Steady now) {
    if (now <= seen_) return;
    tokens_ = std::min(burst_, tokens_ + static_cast<double>((now - seen_).count()) /
                                             static_cast<double>(interval_.count()));
    seen_ = now;
  }

  double burst_;
  Duration interval_;
  double tokens_;
  Steady seen_;
};

}  // namespace answerback::access
