#pragma once
// What the configuration says about one probe of type `llm`.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "config/fields.h"
#include "probes/llm/budget.h"
#include "probes/llm/judge.h"
#include "probes/llm/key.h"
#include "probes/llm/ladder.h"
#include "probes/llm/provider.h"
#include "probes/llm/replicas.h"
#include "probes/llm/secrets.h"

namespace answerback::probes {

struct LlmSettings {
  std::unique_ptr<const LlmProvider> provider;  // never null
  LlmDepth depth = LlmDepth::generate;
  LlmDepth cheap = LlmDepth::access;  // between generations, and when the budget is spent
  std::optional<int> every;           // with every Nth run a generation; left out: with each
  ChallengeKind challenge = ChallengeKind::none;
  std::int64_t max_tokens = 0;
  LlmExpect expect;
  LlmLimits limits;         // of the probe's own purse
  LlmLimits shared_limits;  // of the one it shares with all probes that have
  std::string shared_name;  // this name for it; "": there is none
  std::optional<LlmReplicasSettings> replicas;
  std::optional<LlmPrice> price;
  Duration max_backoff{};
  bool server_health = false, server_load = false;
  std::optional<double> most_waiting;  // requests waiting at the server
  LlmKey key;
  LlmSecrets secrets;
};

LlmSettings read_llm(config::Fields&);

}  // namespace answerback::probes
