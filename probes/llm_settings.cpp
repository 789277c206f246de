#include "probes/llm_settings.h"

#include <algorithm>

#include "model/text.h"

namespace answerback::probes {
namespace {

// Enough for a sentence around a number; a model that thinks first needs more, and is told to ask for it.
constexpr std::int64_t cap_of_greeting = 16, cap_of_challenge = 256;

bool breaks_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) != text.npos;
}

bool is_header_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

void read_headers(config::Fields& fields, LlmTarget& target, LlmSecrets& secrets) {
  for (auto& [name, value] : fields.secret_map("headers", "sent with each request; values are secret")) {
    if (!is_header_name(name)) fields.error("headers", "no header name: " + one_line(name, 40));
    if (breaks_line(value.reveal()))
      fields.error("headers", "the value of " + one_line(name, 40) + " holds a line break");
    target.headers.emplace_back(name, value.reveal());
    secrets.add(std::move(value));
  }
}

Slow read_first_token(config::Fields fields) {
  Slow slow{.warn = fields.optional_duration("warn", "warn when the first token comes later"),
            .fail = fields.optional_duration("fail", "fail when the first token comes later")};
  if (slow.warn && slow.fail && *slow.warn >= *slow.fail) fields.error("warn", "must be less than fail");
  return slow;
}

LlmDepth read_depth(config::Fields& fields) {
  const std::string depth =
      fields.one_of("depth", "generate", {"reach", "access", "generate"},
                    "reach: the edge answers without a key; access: the key is valid and the model is "
                    "there, at no cost; generate: the model speaks");
  return depth == "reach" ? LlmDepth::reach : depth == "access" ? LlmDepth::access : LlmDepth::generate;
}

// A setting without an effect is a misunderstanding.
void refuse_idle_keys(config::Fields& fields, const LlmSettings& settings, bool stream) {
  if (settings.depth != LlmDepth::generate) {
    for (const std::string_view key :
         {"challenge", "budget", "first_token", "slow", "max_tokens", "expect_model"})
      if (fields.has(key)) fields.error(key, "has an effect with depth: generate only");
  } else if (!stream && fields.has("first_token")) {
    fields.error("first_token", "has an effect with stream: true only");
  }
}

const LlmProviderRow& read_provider(config::Fields& fields) {
  std::vector<std::string> names;
  for (const LlmProviderRow& row : llm_providers()) names.emplace_back(row.name);
  return llm_provider_named(
      fields.one_of("provider", names.front(), names,
                    "whose API is spoken; openai is also that of vLLM, llama.cpp and LiteLLM"));
}

}  // namespace

LlmSettings read_llm(config::Fields& fields) {
  LlmSettings settings;
  LlmTarget target;
  const LlmProviderRow& row = read_provider(fields);
  target.base =
      fields.parsed<net::Url>("base_url", row.base_url, "where the API is, up to its version",
                              [](std::string_view text) { return net::parse_url(text, {"http", "https"}); });
  target.model = settings.expect.model =
      fields.required_text("model", "name of the model, as the provider has it");
  target.api_key = fields.secret("api_key", "key of the API; left out: none is sent");
  if (breaks_line(target.api_key.reveal())) fields.error("api_key", "holds a line break");
  settings.secrets.add(target.api_key);
  read_headers(fields, target, settings.secrets);
  target.stream = fields.flag("stream", true, "ask for a stream, as users see it");

  settings.depth = read_depth(fields);
  const std::string challenge =
      fields.one_of("challenge", "none", {"none", "arithmetic"},
                    "arithmetic: two random numbers, whose product must be in the answer");
  settings.challenge = challenge == "arithmetic" ? ChallengeKind::arithmetic : ChallengeKind::none;
  const bool greeting = settings.challenge == ChallengeKind::none;
  settings.max_tokens = target.max_tokens =
      fields.integer("max_tokens", greeting ? cap_of_greeting : cap_of_challenge, 1, 100'000,
                     "cap on the tokens of the answer; default 16, with a challenge 256");
  settings.expect.same_model = fields.flag(
      "expect_model", false, "warn when the name of the model that answers does not begin with `model`");

  config::Fields slow = fields.child("slow", "bounds on the time taken");
  settings.expect.slow = read_slow(slow);
  settings.expect.first_token =
      read_first_token(fields.child("first_token", "bounds on the time to the first token"));
  config::Fields budget =
      fields.child("budget", "what the probe may spend; then it falls back to depth access");
  if (const auto tokens =
          budget.optional_integer("tokens_per_day", 1, 1'000'000'000'000, "tokens a day, in and out"))
    settings.tokens_per_day = static_cast<std::uint64_t>(*tokens);
  config::Fields tls = fields.child("tls_config", "TLS, as in blackbox_exporter");
  target.tls = read_tls(tls);
  refuse_idle_keys(fields, settings, target.stream);
  settings.provider = row.make(fields, std::move(target));
  return settings;
}

}  // namespace answerback::probes
