#pragma once
// What should stay as it is, part by part: the tools of a server, the skills on a card. A change breaks those
// who were built for what was there: contract drift, told once. Known over restarts where the daemon has a
// state_dir.

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "probe/store.h"

namespace answerback::probes {

using Digests = std::map<std::string, std::uint64_t>;  // of parts, by their names

class DriftBaseline {
 public:
  // The store must outlive it. `key`: "PROBE/what".
  DriftBaseline(Store& store, std::string key) : store_(store), key_(std::move(key)) {}

  // Of a good run. What is not as it was, in words, and is the baseline from now on; nullopt: nothing, or
  // nothing was known.
  std::optional<std::string> changed(const Digests&);

 private:
  Store& store_;
  std::string key_;
};

}  // namespace answerback::probes
