#include "probes/llm_secrets.h"

namespace answerback::probes {

void LlmSecrets::add(Secret secret) {
  constexpr std::size_t shortest = 6;
  if (secret.reveal().size() >= shortest) secrets_.push_back(std::move(secret));
}

std::string LlmSecrets::taken_out_of(std::string text) const {
  constexpr std::string_view mask = "<secret>";
  for (const Secret& secret : secrets_) {
    const std::string& value = secret.reveal();
    for (std::size_t at = text.find(value); at != std::string::npos; at = text.find(value, at + mask.size()))
      text.replace(at, value.size(), mask);
  }
  return text;
}

}  // namespace answerback::probes
