#include "probe/random.h"

#include <sys/random.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace answerback {

// Draws from the incomplete last round of the range are thrown away: they would favour the small numbers.
std::uint64_t Random::below(std::uint64_t bound) {
  const std::uint64_t uneven = (0 - bound) % bound;  // 2^64 modulo bound
  for (;;) {
    const std::uint64_t drawn = bits();
    if (drawn >= uneven) return drawn % bound;
  }
}

std::uint64_t SystemRandom::bits() {
  if (used_ == drawn_.size()) {
    auto* to = reinterpret_cast<char*>(drawn_.data());
    for (std::size_t got = 0; got < sizeof drawn_;) {
      const auto n = getrandom(to + got, sizeof drawn_ - got, 0);
      if (n >= 0)
        got += static_cast<std::size_t>(n);
      else if (errno != EINTR)
        throw std::system_error(errno, std::generic_category(), "getrandom");
    }
    used_ = 0;
  }
  return std::exchange(drawn_[used_++], 0);
}

}  // namespace answerback
