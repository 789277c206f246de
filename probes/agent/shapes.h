#pragma once
// The wire shape each event of the chain last came in. A change of it breaks clients that look in one place
// only: contract drift, told once, with both shapes. Known over restarts where the daemon has a state_dir.

#include <map>
#include <optional>
#include <string>

#include "probe/store.h"
#include "probes/agent/chain.h"

namespace answerback::probes {

class ShapeBaseline {
 public:
  // The store must outlive it. `owner`: name of the probe.
  ShapeBaseline(Store& store, const std::string& owner);

  // Of a good run. What has changed, in words, and is the baseline from now on; nullopt: nothing.
  std::optional<std::string> changed(const Chain&);

 private:
  using Shapes = std::map<std::string, std::string>;  // by event

  Store& store_;
  std::string key_;
  Shapes known_;
};

}  // namespace answerback::probes
