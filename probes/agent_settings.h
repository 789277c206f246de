#pragma once
// What the probe type `agent` is told, from the configuration.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/fields.h"
#include "probes/agent_chain.h"
#include "probes/agent_line.h"
#include "probes/agent_nonce.h"
#include "probes/challenge.h"
#include "probes/expect_bounds.h"
#include "probes/platform_stages.h"

namespace answerback::probes {

struct AgentSettings {
  std::unique_ptr<const AgentDialect> dialect = {};  // never null
  Stages stages = {};
  ChallengeKind challenge = ChallengeKind::arithmetic;
  std::optional<NonceStore> nonce = {};  // challenge: nonce
  bool control = true;                   // after silence, find out why
  ChainLimits limits = {};
  std::vector<std::string> canned = {};  // the usual ones and those configured
  Slow slow = {};
  std::string owner = {};  // name of the probe
};

AgentSettings read_agent(config::Fields&);

}  // namespace answerback::probes
