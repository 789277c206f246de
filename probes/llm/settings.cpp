#include "probes/llm/settings.h"

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

void read_key(config::Fields& fields, LlmSettings& settings) {
  Secret key = fields.secret("api_key", "key of the API; left out: none is sent");
  const std::string file = fields.text("api_key_file", "", "file with the key, read again when it changes");
  if (breaks_line(key.reveal())) fields.error("api_key", "holds a line break");
  if (!key.empty() && !file.empty()) fields.error("api_key_file", "api_key is there as well: one of them");
  settings.secrets.use_key(key);
  settings.key = file.empty() ? LlmKey(std::move(key)) : LlmKey::in_file(file);
}

const LlmProviderRow& read_provider(config::Fields& fields) {
  std::vector<std::string> names;
  for (const LlmProviderRow& row : llm_providers()) names.emplace_back(row.name);
  return llm_provider_named(fields.one_of("provider", names.front(), names, "whose API is spoken"));
}

net::Url read_base(config::Fields& fields, const LlmProviderRow& row) {
  const auto parse = [](std::string_view text) { return net::parse_url(text, {"http", "https"}); };
  constexpr std::string_view doc =
      "where the API is; the provider's own where left out, required for azure (the resource), llamacpp and "
      "openai_compatible";
  return row.base_url.empty() ? fields.required_parsed<net::Url>("base_url", doc, parse)
                              : fields.parsed<net::Url>("base_url", row.base_url, doc, parse);
}

void read_depth(config::Fields& fields, LlmSettings& settings) {
  settings.depth = depth_named(fields.one_of(
      "depth", "generate", {"reach", "access", "count", "generate"},
      "reach: the edge answers without a key; access: the key is valid and the model is there; count: the "
      "model may be used, by counting tokens; generate: the model speaks, which alone costs tokens"));
  config::Fields escalate =
      fields.child("escalate", "generate now and then, look at the cheaper depth otherwise");
  if (const auto every = escalate.optional_integer("every", 2, 1'000'000,
                                                   "generate with every Nth run, after a change, and until a "
                                                   "generation is good; left out: with each run"))
    settings.every = static_cast<int>(*every);
  settings.cheap = depth_named(escalate.one_of("depth", "access", {"reach", "access", "count"},
                                               "the cheaper depth, also looked at when the budget is spent"));
}

LlmLimits read_limits(config::Fields& fields) {
  const auto limit = [&](std::string_view key, std::string_view doc) -> std::optional<std::uint64_t> {
    const auto tokens = fields.optional_integer(key, 1, 1'000'000'000'000, doc);
    return tokens ? std::optional(static_cast<std::uint64_t>(*tokens)) : std::nullopt;
  };
  return {.per_hour = limit("tokens_per_hour", "tokens an hour, in and out"),
          .per_day = limit("tokens_per_day", "tokens a day, in and out")};
}

void read_money(config::Fields& fields, LlmSettings& settings) {
  config::Fields budget = fields.child(
      "budget", "what may be spent; then the cheaper depth is looked at, and the result is unknown");
  settings.limits = read_limits(budget);
  config::Fields shared =
      budget.child("shared", "a budget beside the probe's own, which all probes that name it spend together");
  settings.shared_name = shared.text("name", "", "what it is called");
  settings.shared_limits = read_limits(shared);
  if (settings.shared_name.empty() == settings.shared_limits.any())
    shared.error("name", "a shared budget needs a name, and tokens_per_hour or tokens_per_day");
  settings.replicas = read_replicas(fields);
  if (settings.replicas) settings.secrets.add(settings.replicas->dsn);
  config::Fields price = fields.child("price", "what a million tokens cost, in any currency");
  const LlmPrice read{.input = price.number("input", 0, 0, 1e6, "a million tokens of the prompt"),
                      .output = price.number("output", 0, 0, 1e6, "a million tokens of the answer")};
  if (read.input > 0 || read.output > 0) settings.price = read;
}

void read_server(config::Fields& fields, LlmSettings& settings) {
  config::Fields server =
      fields.child("server", "vllm, llamacpp, ollama, litellm: what the server says about itself");
  settings.server_health = server.flag("health", false, "its own health is asked first, and must be good");
  settings.server_load =
      server.flag("load", false, "how many requests wait, or which models are loaded, is asked as well");
  if (const double most = server.number("most_waiting", 0, 0, 1e9, "warn when more requests wait; 0: never");
      most > 0)
    settings.most_waiting = most;
}

// A setting without an effect is a misunderstanding.
void refuse_idle_keys(config::Fields& fields, const LlmSettings& settings) {
  if (settings.depth != LlmDepth::generate) {
    for (const std::string_view key : {"challenge", "budget", "first_token", "chunk_gap", "output_rate",
                                       "slow", "max_tokens", "expect_model", "escalate", "price", "replicas"})
      if (fields.has(key)) fields.error(key, "has an effect with depth: generate only");
  } else if (!settings.provider->target().stream) {
    for (const std::string_view key : {"first_token", "chunk_gap", "output_rate"})
      if (fields.has(key)) fields.error(key, "has an effect with stream: true only");
  }
}

void refuse_missing_calls(config::Fields& fields, const LlmSettings& settings, std::string_view provider) {
  const auto lacks = [&](LlmAsk ask) { return !settings.provider->request(ask, "", Secret()); };
  const std::string no_count = std::string(provider) + " has no call that counts tokens";
  if (settings.depth == LlmDepth::count && lacks(LlmAsk::count)) fields.error("depth", no_count);
  if (settings.cheap == LlmDepth::count && lacks(LlmAsk::count)) fields.error("escalate.depth", no_count);
  if (settings.server_health && lacks(LlmAsk::health))
    fields.error("server.health", std::string(provider) + " has no health of its own");
  if ((settings.server_load || settings.most_waiting) && lacks(LlmAsk::load))
    fields.error("server.load", std::string(provider) + " does not tell its load");
}

// Each provider reads the keys only it has; who describes the type wants them all.
std::unique_ptr<LlmProvider> make_provider(config::Fields& fields, const LlmProviderRow& chosen,
                                           LlmTarget target) {
  auto provider = chosen.make(fields, target);
  if (fields.describes())
    for (const LlmProviderRow& row : llm_providers()) row.make(fields, target);
  return provider;
}

}  // namespace

LlmSettings read_llm(config::Fields& fields) {
  LlmSettings settings;
  LlmTarget target;
  const LlmProviderRow& row = read_provider(fields);
  target.base = read_base(fields, row);
  target.model = settings.expect.model =
      fields.required_text("model", "name of the model, as the provider has it; azure: of the deployment");
  read_key(fields, settings);
  read_headers(fields, target, settings.secrets);
  target.stream = fields.flag("stream", true, "ask for a stream, as users see it");

  read_depth(fields, settings);
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
  settings.expect.pace = read_pace(fields);
  read_money(fields, settings);
  settings.max_backoff =
      fields.duration("max_backoff", std::chrono::hours(1), "longest that Retry-After is honoured");
  read_server(fields, settings);
  config::Fields tls = fields.child("tls_config", "TLS, as in blackbox_exporter");
  target.tls = read_tls(tls);
  settings.provider = make_provider(fields, row, std::move(target));
  refuse_idle_keys(fields, settings);
  refuse_missing_calls(fields, settings, row.name);
  return settings;
}

}  // namespace answerback::probes
