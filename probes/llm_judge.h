#pragma once
// Whether what a model said is good. Pure.

#include <optional>
#include <string>

#include "probes/challenge.h"
#include "probes/expect_bounds.h"
#include "probes/llm_answer.h"

namespace answerback::probes {

struct LlmExpect {
  std::string model = {};   // as asked for
  bool same_model = false;  // the answer's must begin with it
  Slow slow = {}, first_token = {};
};

struct LlmSeen {
  const LlmAnswer& answer;
  const Challenge& challenge;  // product 0: any answer will do
  Duration took;
  std::optional<Duration> first_token = {};  // from the request; streams only
};

ProbeResult judge(const LlmExpect&, const LlmSeen&);

// "13 tokens in 812 ms, the first after 402 ms"; tokens that the provider did not count are marked as
// estimated.
std::string summary(const LlmSeen&);

// Output tokens, as the provider counts them or as the text lets us guess.
std::uint64_t output_tokens(const LlmAnswer&);

}  // namespace answerback::probes
