#include "probes/llm/judge.h"

#include <gmock/gmock.h>

#include "probes/llm/reasons.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const Challenge greeting{.question = "Hello, what can you help me with today?", .product = 0};
const Challenge product{.question = "What is the product of 47 and 83?", .product = 3901};

LlmAnswer said(std::string text, LlmFinish finish = LlmFinish::complete) {
  LlmAnswer answer;
  answer.add({.content = std::move(text), .finish = finish, .usage = {.input = 12, .output = 5}, .end = true},
             Steady(1h));
  return answer;
}

ProbeResult judged(const LlmAnswer& answer, const Challenge& challenge = greeting) {
  return judge({},
               {.answer = answer, .challenge = challenge, .pace = {.total = 812ms, .first_token = 402ms}});
}

std::string told(const ProbeResult& result) {
  return std::string(name(result.verdict)) + " " + std::string(name(result.reason));
}

TEST(JudgeLlm, TextAndAnEndArePassed) {
  const ProbeResult result = judged(said("Hello! I can help you with"));
  EXPECT_EQ(told(result), "pass ");
  EXPECT_EQ(result.detail, "5 tokens in 812 ms, the first after 402 ms");
}

TEST(JudgeLlm, TokensNobodyCountedAreMarked) {
  LlmAnswer answer;
  answer.add({.content = "Hello there", .end = true}, Steady(1h));
  EXPECT_THAT(judged(answer).detail, HasSubstr("10 tokens (estimated)"));
}

TEST(JudgeLlm, ZeroTokensForSomeTextAreNotBelieved) {
  LlmAnswer answer;
  answer.add({.content = "Hello there", .usage = {.input = 0, .output = 0}, .end = true}, Steady(1h));
  EXPECT_THAT(judged(answer).detail, HasSubstr("10 tokens (estimated)"));
  EXPECT_EQ(input_tokens(answer, greeting), estimated_tokens(greeting.question.size()));
  LlmAnswer silent;
  silent.add({.finish = LlmFinish::length, .usage = {.input = 3, .output = 0}, .end = true}, Steady(1h));
  EXPECT_EQ(output_tokens(silent), 0u);
  EXPECT_EQ(input_tokens(silent, greeting), 3u);
}

TEST(JudgeLlm, HowItEnds) {
  struct Case {
    std::string text;
    LlmFinish finish;
    std::string verdict;
  };
  for (const auto& [text, finish, verdict] : {
           Case{"", LlmFinish::length, "pass "},
           Case{"", LlmFinish::complete, "warn empty_completion"},
           Case{" \n", LlmFinish::complete, "warn empty_completion"},
           Case{"Hello", LlmFinish::length, "pass "},
           Case{"Hel", LlmFinish::filtered, "warn content_filter"},
           Case{"", LlmFinish::filtered, "warn content_filter"},
       }) {
    EXPECT_EQ(told(judged(said(text, finish))), verdict) << text;
  }
}

TEST(JudgeLlm, AStreamThatJustStopsIsTruncated) {
  LlmAnswer answer;
  answer.add({.content = "Hello"}, Steady(1h));
  EXPECT_EQ(told(judged(answer)), "fail truncated");
  EXPECT_THAT(judged(answer).detail, HasSubstr("after 5 bytes of text"));
  EXPECT_EQ(told(judged(LlmAnswer{})), "fail truncated");
}

TEST(JudgeLlm, AnErrorInTheMiddleCountsMoreThanTheTextBeforeIt) {
  LlmAnswer answer = said("Hello");
  answer.add({.error = Failure{Reason::overloaded, "slow_down"}}, Steady(1h));
  EXPECT_EQ(told(judged(answer)), "fail overloaded");
}

TEST(JudgeLlm, ARefusalIsAContentFilter) {
  LlmAnswer answer = said("");
  answer.add({.refusal = "I cannot help with that"}, Steady(1h));
  EXPECT_EQ(told(judged(answer)), "warn content_filter");
}

TEST(JudgeLlm, PlaceholdersAreSynthetic) {
  EXPECT_EQ(told(judged(said("This is a simulated response to: Hello"))), "fail synthetic");
  EXPECT_EQ(told(judged(said("THIS IS A SIMULATED RESPONSE with 3901"), product)), "fail synthetic");
  EXPECT_EQ(told(judged(said("You said: hello, what can you help me with TODAY?"))), "fail synthetic");
}

TEST(JudgeLlm, TheChallengeMustBeSolved) {
  for (const std::string_view right :
       {"3901", "3,901", "47 * 83 = 3 901.", "**3.901**", "What is the product of 47 and 83? 3901"})
    EXPECT_EQ(told(judged(said(std::string(right)), product)), "pass ") << right;
  EXPECT_EQ(told(judged(said("It is 3911."), product)), "fail answer_wrong");
  EXPECT_EQ(told(judged(said("What is the product of 47 and 83?"), product)), "fail synthetic");
  EXPECT_EQ(told(judged(said(""), product)), "warn empty_completion");
}

TEST(JudgeLlm, AnAnswerOurOwnCapCutOffProvesNothing) {
  const ProbeResult result = judged(said("To find the product", LlmFinish::length), product);
  EXPECT_EQ(told(result), "unknown no_evidence");
  EXPECT_THAT(result.detail, HasSubstr("raise max_tokens"));
  EXPECT_EQ(told(judged(said("3901, as you", LlmFinish::length), product)), "pass ");
}

TEST(JudgeLlm, SlowIsTheWholeOrTheFirstToken) {
  const LlmAnswer answer = said("Hello");
  const auto with = [&](Slow total, Slow first) {
    return judge({.model = {}, .same_model = false, .pace = {.total = total, .first_token = first}},
                 {.answer = answer, .challenge = greeting, .pace = {.total = 3s, .first_token = 2s}});
  };
  EXPECT_EQ(told(with({.warn = 4s, .fail = {}}, {.warn = 3s, .fail = {}})), "pass ");
  EXPECT_EQ(told(with({.warn = 1s, .fail = {}}, {})), "warn slow");
  EXPECT_EQ(told(with({.warn = {}, .fail = 2s}, {})), "fail slow");
  EXPECT_EQ(told(with({}, {.warn = 1s, .fail = {}})), "warn slow");
  const ProbeResult result = with({.warn = 1s, .fail = {}}, {.warn = {}, .fail = 1s});
  EXPECT_EQ(told(result), "fail slow");
  EXPECT_THAT(result.detail, HasSubstr("the first token took 2000ms"));
}

TEST(JudgeLlm, AnotherModelIsToldOnRequest) {
  LlmAnswer answer = said("Hello");
  answer.model = "gpt-5-mini-2025-08-07";
  const auto asked = [&](std::string model, bool same) {
    return told(judge({.model = std::move(model), .same_model = same},
                      {.answer = answer, .challenge = greeting, .pace = {.total = 1s}}));
  };
  EXPECT_EQ(asked("gpt-5-mini", true), "pass ");
  EXPECT_EQ(asked("gpt-5", true), "pass ");
  EXPECT_EQ(asked("gpt-6", true), "warn assertion");
  EXPECT_EQ(asked("gpt-6", false), "pass ");
}

TEST(LlmAnswer, ThePaceIsThatOfWhatWasSaid) {
  LlmAnswer answer;
  answer.add({.content = "a"}, Steady(1s));
  EXPECT_EQ(answer.output_rate(), std::nullopt);
  answer.add({.content = "b"}, Steady(3s));
  EXPECT_EQ(answer.output_rate(), std::nullopt);
  answer.add({.usage = {.input = 3, .output = 21}}, Steady(9s));
  EXPECT_EQ(answer.output_rate(), 10.0);
  answer.add({.usage = {.input = 3, .output = 21, .reasoning = 16}}, Steady(9s));
  EXPECT_EQ(answer.output_rate(), 2.0);
  answer.add({.usage = {.input = 3, .output = 21, .reasoning = 100}}, Steady(9s));
  EXPECT_EQ(answer.output_rate(), std::nullopt);
}

TEST(LlmAnswer, KeepsOnlySoMuchText) {
  LlmAnswer answer;
  for (int i = 0; i < 100; ++i)
    answer.add({.content = std::string(10'000, 'x'), .refusal = std::string(10'000, 'y')}, Steady(1s));
  EXPECT_EQ(answer.text.size(), LlmAnswer::text_kept);
  EXPECT_EQ(answer.refusal.size(), LlmAnswer::text_kept);
  EXPECT_EQ(answer.content_bytes, 1'000'000u);
}

TEST(LlmReasons, EveryErrorOfAProviderHasItsReason) {
  struct Case {
    unsigned status;
    std::string_view code, type, reason;
  };
  for (const auto& [status, code, type, reason] : {
           Case{401, "invalid_api_key", "invalid_request_error", "auth"},
           Case{403, "unsupported_country_region_territory", "request_forbidden", "auth"},
           Case{402, "", "", "quota"},
           Case{429, "credit_balance_exhausted", "insufficient_quota", "quota"},
           Case{429, "organization_spend_limit_exceeded", "", "quota"},
           Case{429, "project_spend_limit_exceeded", "", "quota"},
           Case{429, "organization_usage_limit_exceeded", "", "quota"},
           Case{429, "", "insufficient_quota", "quota"},
           Case{429, "rate_limit_exceeded", "requests", "rate_limited"},
           Case{429, "", "tokens", "rate_limited"},
           Case{400, "", "invalid_request_error", "bad_request"},
           Case{400, "content_filter", "", "content_filter"},
           Case{413, "", "", "bad_request"},
           Case{415, "", "", "bad_request"},
           Case{422, "", "", "bad_request"},
           Case{404, "model_not_found", "invalid_request_error", "model_not_found"},
           Case{404, "", "", "model_not_found"},
           Case{408, "", "", "upstream_error"},
           Case{409, "", "", "upstream_error"},
           Case{500, "", "server_error", "upstream_error"},
           Case{500, "slow_down", "", "overloaded"},
           Case{500, "", "invalid_request_error", "upstream_error"},
           Case{502, "", "", "upstream_error"},
           Case{504, "", "", "upstream_error"},
           Case{524, "", "", "upstream_error"},
           Case{503, "server_is_overloaded", "", "overloaded"},
           Case{503, "", "", "overloaded"},
           Case{529, "", "overloaded_error", "overloaded"},
           Case{302, "", "", "status"},
           // In the middle of a stream.
           Case{200, "", "server_error", "upstream_error"},
           Case{200, "rate_limit_exceeded", "", "rate_limited"},
           Case{200, "server_is_overloaded", "", "overloaded"},
           Case{200, "", "invalid_request_error", "bad_request"},
           Case{200, "401", "", "auth"},
           Case{200, "400", "BadRequestError", "bad_request"},
           Case{200, "503", "invalid_request_error", "overloaded"},
           Case{200, "", "", "upstream_error"},
           Case{200, "no such word", "nor such type", "upstream_error"},
       }) {
    EXPECT_EQ(name(reason_of_error(status, code, type)), reason) << status << " " << code << " " << type;
  }
}

TEST(LlmReasons, OnlyAContentFilterWarns) {
  EXPECT_EQ(told(result_of({Reason::content_filter, ""})), "warn content_filter");
  EXPECT_EQ(told(result_of({Reason::overloaded, ""})), "fail overloaded");
}

}  // namespace
}  // namespace answerback::probes
