// /v1 as the OpenAI API is written down: shapes, errors, the ends of streams.

#include <gmock/gmock.h>

#include <boost/json/serialize.hpp>

#include "platform/arithmetic.h"
#include "unit/demo/client.h"

namespace demo::test {
namespace {

using testing::HasSubstr;

// The data of each event, in order.
std::vector<std::string> events_of(const std::string& stream) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at < stream.size();) {
    const std::size_t end = stream.find("\n\n", at);
    EXPECT_EQ(stream.substr(at, 6), "data: ");
    if (end == std::string::npos) break;
    all.push_back(stream.substr(at + 6, end - at - 6));
    at = end + 2;
  }
  return all;
}

class Llm : public PlatformTest {
 protected:
  void SetUp() override { begin(); }
  HttpAnswer get(const std::string& target, const std::string& key = "demo-key") {
    return run(http(port, "GET", target, "", {{"authorization", "Bearer " + key}}));
  }
  HttpAnswer post(const std::string& body, const std::string& key = "demo-key") {
    return run(http(port, "POST", "/v1/chat/completions", body, {{"authorization", "Bearer " + key}}));
  }
  static std::string ask(json::object more = {}, const char* text = question) {
    more["model"] = "demo-1";
    more["messages"] = json::array{{{"role", "system"}, {"content", "Be brief. 1 2"}},
                                   {{"role", "user"}, {"content", text}}};
    return json::serialize(more);
  }
  static std::string ask_stream() {
    return ask(
        {{"stream", true}, {"stream_options", {{"include_usage", true}, {"include_obfuscation", false}}}});
  }
};

TEST_F(Llm, ListsItsModels) {
  EXPECT_EQ(get("/v1/models").at("/object"), "list");
  EXPECT_EQ(get("/v1/models").at("/data/0/id"), "demo-1");
  EXPECT_EQ(get("/v1/models/demo-1").at("/object"), "model");
  EXPECT_FALSE(get("/v1/models").headers.at("x-request-id").empty());
}

TEST_F(Llm, Completes) {
  const HttpAnswer answer = post(ask());
  ASSERT_EQ(answer.status, 200U) << answer.body;
  EXPECT_EQ(answer.at("/object"), "chat.completion");
  EXPECT_EQ(answer.at("/choices/0/message/role"), "assistant");
  EXPECT_EQ(answer.at("/choices/0/message/content"), "The product of 417 and 293 is 122181.");
  EXPECT_EQ(answer.at("/choices/0/finish_reason"), "stop");
  EXPECT_EQ(answer.at("/usage/completion_tokens"), "8");
  EXPECT_EQ(platform->counters().tokens_out, 8U);
  EXPECT_GT(platform->counters().tokens_in, 0U);
}

TEST_F(Llm, Streams) {
  const HttpAnswer answer = post(ask_stream());
  EXPECT_THAT(answer.headers.at("content-type"), HasSubstr("text/event-stream"));
  const auto events = events_of(answer.body);
  ASSERT_EQ(events.size(), 1U + 8 + 1 + 1 + 1);  // role, tokens, finish, usage, [DONE]
  EXPECT_EQ(events.back(), "[DONE]");
  std::string text;
  for (std::size_t i = 0; i + 2 < events.size(); ++i) {
    const HttpAnswer chunk{.status = 0, .headers = {}, .body = events[i]};
    EXPECT_EQ(chunk.at("/object"), "chat.completion.chunk");
    EXPECT_EQ(chunk.at("/usage"), "null");
    EXPECT_EQ(chunk.at("/obfuscation"), "");
    EXPECT_EQ(chunk.at("/choices/0/finish_reason"), i == 9 ? "stop" : "null");
    text += chunk.at("/choices/0/delta/content");
  }
  EXPECT_EQ(text, "The product of 417 and 293 is 122181.");
  const HttpAnswer usage{.status = 0, .headers = {}, .body = events[events.size() - 2]};
  EXPECT_EQ(usage.at("/choices"), "[]");
  EXPECT_EQ(usage.at("/usage/completion_tokens"), "8");
}

TEST_F(Llm, StreamsWithoutUsageAndWithPaddingUnlessAsked) {
  const auto events = events_of(post(ask({{"stream", true}})).body);
  ASSERT_EQ(events.size(), 11U);
  EXPECT_THAT(events[1], HasSubstr("obfuscation"));
  EXPECT_THAT(events[1], testing::Not(HasSubstr("usage")));
}

TEST_F(Llm, ALowCapEndsWithLength) {
  const HttpAnswer answer = post(ask({{"max_completion_tokens", 2}}));
  EXPECT_EQ(answer.at("/choices/0/finish_reason"), "length");
  EXPECT_EQ(answer.at("/choices/0/message/content"), "The product");
}

TEST_F(Llm, GreetsWithoutGivingThePromptBack) {
  EXPECT_THAT(post(ask({}, "ping")).at("/choices/0/message/content"), testing::Not(HasSubstr("ping")));
}

TEST_F(Llm, RefusesAsTheApiDoes) {
  const HttpAnswer key = post(ask(), "wrong");
  EXPECT_EQ(key.status, 401U);
  EXPECT_EQ(key.at("/error/code"), "invalid_api_key");
  EXPECT_EQ(get("/v1/models", "wrong").status, 401U);
  const HttpAnswer model = post(R"({"model":"gpt-2","messages":[]})");
  EXPECT_EQ(model.status, 404U);
  EXPECT_EQ(model.at("/error/code"), "model_not_found");
  EXPECT_EQ(get("/v1/models/gpt-2").at("/error/code"), "model_not_found");
  EXPECT_EQ(post("garbage").status, 400U);
  EXPECT_EQ(post(R"({"model":"demo-1"})").at("/error/param"), "messages");
  EXPECT_EQ(get("/v1/embeddings").status, 404U);
  for (const HttpAnswer& answer : {key, model})
    for (const char* name : {"message", "type", "param", "code"})
      EXPECT_TRUE(answer.value().at("error").as_object().contains(name)) << name;
}

struct Refused {
  Fault fault;
  unsigned status;
  const char* code;
};

TEST_F(Llm, SwitchesRefuse) {
  const Refused all[] = {{Fault::llm_429, 429, "rate_limit_exceeded"},
                         {Fault::llm_429_billing, 429, "credit_balance_exhausted"},
                         {Fault::llm_529, 529, "null"},
                         {Fault::llm_503, 503, "server_is_overloaded"},
                         {Fault::llm_key, 401, "invalid_api_key"}};
  for (const Refused& one : all) {
    platform->faults().heal();
    platform->faults().cause(one.fault);
    const HttpAnswer answer = post(ask_stream());
    EXPECT_EQ(answer.status, one.status);
    EXPECT_EQ(answer.at("/error/code"), one.code);
    EXPECT_EQ(answer.headers.contains("retry-after"), one.fault == Fault::llm_429);
  }
}

TEST_F(Llm, SwitchesSpoilTheAnswer) {
  platform->faults().cause(Fault::llm_empty);
  EXPECT_EQ(post(ask()).at("/choices/0/message/content"), "");
  EXPECT_EQ(post(ask()).at("/choices/0/finish_reason"), "stop");
  EXPECT_EQ(events_of(post(ask_stream()).body).back(), "[DONE]");

  platform->faults().heal();
  platform->faults().cause(Fault::llm_truncated);
  const HttpAnswer cut = post(ask_stream());
  EXPECT_TRUE(cut.whole);  // as HTTP it is whole: that is what makes it treacherous
  EXPECT_THAT(events_of(cut.body).back(), HasSubstr("chat.completion.chunk"));
  EXPECT_FALSE(post(ask()).whole);

  platform->faults().heal();
  platform->faults().cause(Fault::llm_error_midstream);
  const auto events = events_of(post(ask_stream()).body);
  EXPECT_GT(events.size(), 2U);
  EXPECT_THAT(events.front(), HasSubstr("chat.completion.chunk"));
  EXPECT_THAT(events.back(), HasSubstr("\"error\""));

  platform->faults().heal();
  platform->faults().cause(Fault::llm_slow, 200);
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(post(ask()).status, 200U);
  EXPECT_GE(std::chrono::steady_clock::now() - began, 200ms);
}

TEST(Arithmetic, FindsTheFirstTwoNumbers) {
  EXPECT_EQ(find_multiplication("What is 12 times 34, or 56?")->product(), 408U);
  EXPECT_EQ(find_multiplication("7x6")->product(), 42U);
  EXPECT_FALSE(find_multiplication("only 12"));
  EXPECT_FALSE(find_multiplication(""));
  EXPECT_FALSE(find_multiplication("99999999999999999999 times 2"));
  EXPECT_FALSE(find_multiplication("9999999999999999999 times 9999999999999999999"));
}

}  // namespace
}  // namespace demo::test
