#pragma once
// How telling others goes, for the metrics: immutable, made anew whenever it changes.

#include <cstdint>
#include <string>
#include <vector>

namespace answerback {

struct NotificationTally {
  struct Counts {
    std::uint64_t delivered = 0;  // requests the target has accepted
    std::uint64_t failed = 0;     // attempts that came to nothing and are made again
    std::uint64_t dropped = 0;    // notices given up: refused for good, or too many were waiting
  };
  struct Target {
    std::string name;  // from the configuration
    Counts counts;
    std::size_t waiting = 0;  // notices not yet delivered
  };
  std::vector<Target> targets;
};

}  // namespace answerback
