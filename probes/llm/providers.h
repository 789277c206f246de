#pragma once
// The providers there are, one file each; llm_provider.cpp has the table.

#include "probes/llm/provider.h"

namespace answerback::probes {

using LlmMake = std::unique_ptr<LlmProvider>(config::Fields&, LlmTarget);

LlmMake make_llm_openai, make_llm_openai_compatible;  // llm_openai.cpp
LlmMake make_llm_openai_responses;
LlmMake make_llm_anthropic;
LlmMake make_llm_gemini;
LlmMake make_llm_azure;
LlmMake make_llm_ollama;
LlmMake make_llm_vllm;
LlmMake make_llm_llamacpp;
LlmMake make_llm_litellm;

}  // namespace answerback::probes
