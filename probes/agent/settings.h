#pragma once
// What the probe type `agent` is told, from the configuration.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/fields.h"
#include "probes/agent/chain.h"
#include "probes/agent/line.h"
#include "probes/agent/nonce.h"
#include "probes/shared/challenge/challenge.h"
#include "probes/shared/expect/bounds.h"
#include "probes/shared/platform/stages.h"

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
