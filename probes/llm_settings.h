#pragma once
// What the configuration says about one probe of type `llm`.

#include <cstdint>
#include <memory>
#include <optional>

#include "config/fields.h"
#include "probes/llm_judge.h"
#include "probes/llm_provider.h"
#include "probes/llm_secrets.h"

namespace answerback::probes {

enum class LlmDepth : std::uint8_t {
  reach,     // the edge answers
  access,    // the key is valid and the model is there; no tokens
  generate,  // the model speaks
};

struct LlmSettings {
  std::unique_ptr<const LlmProvider> provider;  // never null
  LlmDepth depth = LlmDepth::generate;
  ChallengeKind challenge = ChallengeKind::none;
  std::int64_t max_tokens = 0;
  LlmExpect expect;
  std::optional<std::uint64_t> tokens_per_day;
  LlmSecrets secrets;
};

LlmSettings read_llm(config::Fields&);

}  // namespace answerback::probes
