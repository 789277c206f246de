#pragma once
// Randomness, handed in.

#include <array>
#include <cstddef>
#include <cstdint>

namespace answerback {

class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t bits() = 0;
  std::uint64_t below(std::uint64_t bound);  // uniform in [0, bound); bound > 0
};

// The kernel's own, good enough for nonces and challenges. One thread.
class SystemRandom final : public Random {
 public:
  std::uint64_t bits() override;

 private:
  std::array<std::uint64_t, 64> drawn_{};  // a system call draws many
  std::size_t used_ = drawn_.size();
};

}  // namespace answerback
