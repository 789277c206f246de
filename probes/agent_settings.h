#pragma once
// What the probe type `agent` is told, from the configuration.

#include <string>
#include <vector>

#include "config/fields.h"
#include "probes/agent_chain.h"
#include "probes/challenge.h"
#include "probes/expect_bounds.h"
#include "probes/platform_settings.h"

namespace answerback::probes {

struct AgentSettings {
  SessionSettings session = {};
  std::vector<std::string> chain = {};  // never empty
  ChallengeKind challenge = ChallengeKind::arithmetic;
  std::string request = "start_agent";  // type of the message that asks
  ChainLimits limits = {};
  std::vector<std::string> canned = {};  // the usual ones and those configured
  Slow slow = {};
};

AgentSettings read_agent(config::Fields&);

}  // namespace answerback::probes
