#include "probes/llm/secrets.h"

namespace answerback::probes {
namespace {

bool is_secret(const Secret& secret) {
  constexpr std::size_t shortest = 6;
  return secret.reveal().size() >= shortest;
}

void take_out(const Secret& secret, std::string& text) {
  constexpr std::string_view mask = "<secret>";
  const std::string& value = secret.reveal();
  for (std::size_t at = text.find(value); at != std::string::npos; at = text.find(value, at + mask.size()))
    text.replace(at, value.size(), mask);
}

}  // namespace

void LlmSecrets::add(Secret secret) {
  if (is_secret(secret)) secrets_.push_back(std::move(secret));
}

void LlmSecrets::use_key(Secret key) {
  if (key.reveal() == key_.reveal()) return;
  key_before_ = std::exchange(key_, std::move(key));
}

std::string LlmSecrets::taken_out_of(std::string text) const {
  for (const Secret& secret : secrets_) take_out(secret, text);
  for (const Secret* key : {&key_, &key_before_})
    if (is_secret(*key)) take_out(*key, text);
  return text;
}

}  // namespace answerback::probes
