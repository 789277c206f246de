#pragma once
// OpenAI's Chat Completions, and what speaks the same: vLLM, llama.cpp, LiteLLM, Azure's v1.
// https://platform.openai.com/docs/api-reference/chat
//
// A stream is one JSON object in each `data:`, ended by `data: [DONE]`; some servers end with a finish_reason
// alone. What is tolerated of the others: error objects flat or in words only, codes that are numbers, keys
// we do not know.

#include <memory>

#include "probes/llm_provider.h"

namespace answerback::probes {

std::unique_ptr<LlmProvider> make_llm_openai(config::Fields&, LlmTarget);

}  // namespace answerback::probes
