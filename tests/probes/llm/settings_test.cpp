#include "probes/llm/settings.h"

#include <gmock/gmock.h>

#include "probes/reading.h"

namespace answerback::probes {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string mistakes(const std::string& keys) {
  Reading reading(keys);
  read_llm(reading.fields());
  reading.fields().finish();
  return reading.text();
}

TEST(ReadLlm, AModelIsEnough) {
  Reading reading("model: gpt-5-mini");
  LlmSettings settings = read_llm(reading.fields());
  reading.fields().finish();
  EXPECT_TRUE(reading.ok()) << reading.text();
  EXPECT_EQ(settings.depth, LlmDepth::generate);
  EXPECT_EQ(settings.challenge, ChallengeKind::none);
  EXPECT_EQ(settings.max_tokens, 16);
  EXPECT_EQ(settings.limits.per_day, std::nullopt);
  const net::HttpRequest request = *settings.provider->request(LlmAsk::completion, "Hi", *settings.key.now());
  EXPECT_EQ(request.url.text(), "https://api.openai.com/v1/chat/completions");
  EXPECT_EQ(request.body,
            R"({"model":"gpt-5-mini","messages":[{"role":"user","content":"Hi"}],)"
            R"("max_completion_tokens":16,"stream":true,"stream_options":{"include_usage":true}})");
  EXPECT_EQ(net::find_header(request.headers, "authorization"), nullptr);
}

TEST(ReadLlm, EverythingCanBeSaid) {
  Reading reading(
      "provider: openai\n    model: m\n    base_url: 'http://vllm:8000/v1/?api-version=preview'\n    "
      "api_key: sk-hunter2\n"
      "    organization: org-1\n    project: proj-1\n    headers: {api-key: hunter3}\n    stream: false\n"
      "    challenge: arithmetic\n    max_tokens_field: max_tokens\n    expect_model: true\n"
      "    slow: {warn: 2s, fail: 5s}\n    budget: {tokens_per_day: 20000}\n    tls_config: {min_version: "
      "TLS13}");
  LlmSettings settings = read_llm(reading.fields());
  reading.fields().finish();
  EXPECT_TRUE(reading.ok()) << reading.text();
  EXPECT_EQ(settings.max_tokens, 256);
  EXPECT_EQ(settings.limits.per_day, 20000u);
  const net::HttpRequest request = *settings.provider->request(LlmAsk::completion, "Hi", *settings.key.now());
  EXPECT_EQ(request.url.target, "/v1/chat/completions?api-version=preview");
  EXPECT_EQ(request.tls.min_version, "TLS13");
  for (const auto& [header, value] : {std::pair{"Authorization", "Bearer sk-hunter2"},
                                      {"OpenAI-Organization", "org-1"},
                                      {"OpenAI-Project", "proj-1"},
                                      {"api-key", "hunter3"}}) {
    ASSERT_NE(net::find_header(request.headers, header), nullptr) << header;
    EXPECT_EQ(*net::find_header(request.headers, header), value);
  }
  EXPECT_EQ(request.body, R"({"model":"m","messages":[{"role":"user","content":"Hi"}],"max_tokens":256})");
  EXPECT_THAT(reading.print(), Not(HasSubstr("hunter")));
}

TEST(ReadLlm, MistakesAreTold) {
  EXPECT_THAT(mistakes("api_key: x"), HasSubstr("model"));
  EXPECT_THAT(mistakes("model: m\n    provider: anthropc"), HasSubstr("provider"));
  EXPECT_THAT(mistakes("model: m\n    base_url: 'ftp://x'"), HasSubstr("base_url"));
  EXPECT_THAT(mistakes("model: m\n    first_token: {warn: 5s, fail: 2s}"),
              HasSubstr("must be less than fail"));
  EXPECT_THAT(mistakes("model: m\n    headers: {'a b': x}"), HasSubstr("no header name: a b"));
  EXPECT_THAT(mistakes("model: m\n    headers: {a: \"x\\r\\ny: z\"}"), HasSubstr("holds a line break"));
  const std::string key = mistakes("model: m\n    api_key: \"hunter2\\n\"");
  EXPECT_THAT(key, HasSubstr("api_key"));
  EXPECT_THAT(key, Not(HasSubstr("hunter2")));
}

TEST(ReadLlm, AKeyWithoutAnEffectIsAMistake) {
  EXPECT_THAT(mistakes("model: m\n    depth: access\n    challenge: arithmetic"),
              HasSubstr("depth: generate only"));
  EXPECT_THAT(mistakes("model: m\n    depth: reach\n    budget: {tokens_per_day: 5}"),
              HasSubstr("depth: generate only"));
  EXPECT_THAT(mistakes("model: m\n    stream: false\n    first_token: {warn: 5s}"),
              HasSubstr("stream: true only"));
}

TEST(ReadLlm, EveryKeyIsDescribed) {
  config::Fields fields = config::Fields::describing();
  EXPECT_NE(read_llm(fields).provider, nullptr);
  std::vector<std::string> keys;
  for (const config::KeyDoc& doc : fields.docs()) keys.push_back(doc.key);
  for (const char* key :
       {"provider", "base_url", "model", "api_key", "headers", "stream", "depth", "challenge", "max_tokens",
        "expect_model", "slow.warn", "first_token.fail", "budget.tokens_per_day", "tls_config.ca_file",
        "organization", "project", "max_tokens_field"})
    EXPECT_THAT(keys, testing::Contains(key));
}

TEST(LlmSecrets, AreTakenOutWhereverTheyStand) {
  LlmSecrets secrets;
  secrets.add(Secret("sk-hunter2"));
  secrets.add(Secret(""));
  secrets.add(Secret("1"));
  EXPECT_EQ(secrets.taken_out_of("sk-hunter2: 1 x sk-hunter2sk-hunter2"), "<secret>: 1 x <secret><secret>");
}

}  // namespace
}  // namespace answerback::probes
