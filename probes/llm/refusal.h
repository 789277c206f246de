#pragma once
// An error as providers write it, read into one shape. Pure.
//
//   {"error": {message, type, param, code}}                        OpenAI and what speaks the same
//   {"object": "error", message, type, code}                       older vLLM
//   {"type": "error", "error": {type, message, details?: {error_code}}}   Anthropic
//   {"error": {code, message, status, details: [{reason}, {retryDelay}]}} Google
//   {"error": "words"}, {"detail": "words"}                        Ollama, FastAPI

#include <boost/json/value.hpp>
#include <optional>
#include <string>

#include "model/result.h"

namespace answerback::probes {

struct LlmRefusal {
  std::string code, type, param, message;  // code: the most telling machine-readable word
  std::optional<Duration> wait = {};       // Google's RetryInfo
};

std::optional<LlmRefusal> refusal_in(const boost::json::value& document);

// With the reason it stands for; status 200 in the middle of a stream.
Failure failure_of(unsigned status, const LlmRefusal&);

}  // namespace answerback::probes
