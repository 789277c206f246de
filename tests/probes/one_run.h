#pragma once
// One run of a probe made from a configuration, against a peer on the same loop.

#include <gtest/gtest.h>

#include "probes/loop.h"
#include "probes/reading.h"
#include "support/peer.h"

namespace answerback {

struct Seen {
  ProbeResult result;
  Evidence evidence;
  Phases phases;

  std::string_view reason() const { return name(result.reason); }
};

inline Seen run_once(Loop& loop, const ProbeType& type, const std::string& keys) {
  Reading reading(keys);
  const std::unique_ptr<Probe> probe = type.make(reading.fields(), loop.services);
  reading.fields().finish();
  EXPECT_TRUE(reading.ok()) << reading.text();
  Seen seen;
  Run run{loop.clock, loop.clock.now() + std::chrono::seconds(10), seen.phases, seen.evidence,
          RunId{{1}, {1}}};
  seen.result = test::finish(loop.io, probe->run(run));
  return seen;
}

}  // namespace answerback
