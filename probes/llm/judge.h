#pragma once
// Whether what a model said is good. Pure.

#include <optional>
#include <string>

#include "probes/llm/answer.h"
#include "probes/llm/pace.h"
#include "probes/shared/challenge/challenge.h"

namespace answerback::probes {

struct LlmExpect {
  std::string model = {};   // as asked for
  bool same_model = false;  // the answer's must begin with it
  LlmPaceBounds pace = {};
};

struct LlmSeen {
  const LlmAnswer& answer;
  const Challenge& challenge;  // product 0: any answer will do
  LlmPace pace;                // first token: from the request's last byte; streams only
};

ProbeResult judge(const LlmExpect&, const LlmSeen&);

// "13 tokens in 812 ms, the first after 402 ms"; tokens that the provider did not count are marked as
// estimated, and so is what they cost.
std::string summary(const LlmSeen&);

// Tokens, as the provider counts them or as the text lets us guess.
std::uint64_t input_tokens(const LlmAnswer&, const Challenge&);
std::uint64_t output_tokens(const LlmAnswer&);
bool counted_input(const LlmAnswer&), counted_output(const LlmAnswer&);  // by the provider

}  // namespace answerback::probes
