#pragma once
// OpenAI's Chat Completions, and what speaks the same: vLLM, llama.cpp, LiteLLM, Azure.
// https://platform.openai.com/docs/api-reference/chat
//
// A stream is one JSON object in each `data:`, ended by `data: [DONE]`; some servers end with a finish_reason
// alone. What is tolerated of the others: error objects flat or in words only, codes that are numbers, keys
// we do not know.

#include "probes/llm/provider.h"

namespace answerback::probes {

class LlmOpenAiChat : public LlmProvider {
 public:
  // `cap_field`: max_completion_tokens, or max_tokens where a server knows no other.
  LlmOpenAiChat(LlmTarget target, std::string cap_field)
      : LlmProvider(std::move(target)), cap_field_(std::move(cap_field)) {}

  LlmPiece read_event(const net::SseEvent&) const override;
  LlmPiece read_whole(std::string_view body) const override;
  std::optional<Failure> model_missing(LlmAsk, std::string_view body) const override;

 protected:
  std::optional<LlmCall> call(LlmAsk, std::string_view prompt) const override;
  LlmCall completion(net::Url, std::string_view prompt) const;

 private:
  std::string cap_field_;
};

// OpenAI-Organization and OpenAI-Project, where they are configured.
void read_openai_headers(config::Fields&, LlmTarget&);

// The key every server of this kind has.
std::string read_cap_field(config::Fields&, std::string_view fallback);

}  // namespace answerback::probes
