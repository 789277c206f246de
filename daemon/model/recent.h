#pragma once
// The last runs of a probe, for those who draw them. A copy allocates nothing: every snapshot has one.

#include <array>
#include <cstddef>
#include <cstdint>

#include "model/verdict.h"

namespace answerback {

class Recent {
 public:
  static constexpr std::size_t kept = 32;
  struct Brief {
    float seconds = 0;  // how long it took
    Verdict verdict = Verdict::unknown;
  };

  void add(Brief brief) {
    runs_[added_ % kept] = brief;
    ++added_;
  }
  std::size_t size() const { return added_ < kept ? added_ : kept; }
  const Brief& operator[](std::size_t i) const {
    return runs_[(added_ - size() + i) % kept];
  }  // 0 is the oldest

 private:
  std::array<Brief, kept> runs_{};
  std::size_t added_ = 0;
};

}  // namespace answerback
