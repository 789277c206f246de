#pragma once
// What the probe type `agent` is told, from the configuration.

#include <memory>
#include <string>
#include <vector>

#include "config/fields.h"
#include "probes/agent_chain.h"
#include "probes/agent_line.h"
#include "probes/challenge.h"
#include "probes/expect_bounds.h"

namespace answerback::probes {

struct AgentSettings {
  std::unique_ptr<const AgentDialect> dialect = {};  // never null
  std::vector<std::string> chain = {};               // never empty
  ChallengeKind challenge = ChallengeKind::arithmetic;
  ChainLimits limits = {};
  std::vector<std::string> canned = {};  // the usual ones and those configured
  Slow slow = {};
};

AgentSettings read_agent(config::Fields&);

}  // namespace answerback::probes
