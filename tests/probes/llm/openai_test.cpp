#include "probes/llm/openai.h"

#include <gmock/gmock.h>

#include "probes/llm/providers.h"

namespace answerback::probes {
namespace {

using testing::HasSubstr;
using testing::Not;

std::unique_ptr<LlmProvider> provider(std::string model = "m") {
  config::Fields fields = config::Fields::describing();
  LlmTarget target;
  target.base = *net::parse_url("http://llm:8000/v1", {"http"});
  target.model = std::move(model);
  target.headers = {{"X-Own", "own"}};
  return make_llm_openai(fields, std::move(target));
}

net::HttpRequest asked(LlmAsk ask, std::string_view prompt = {}, std::string model = "m") {
  return *provider(std::move(model))->request(ask, prompt, Secret("sk-key"));
}

LlmPiece event(std::string data) {
  return provider()->read_event({.type = {}, .data = std::move(data), .id = {}});
}

std::string_view reason(const std::optional<Failure>& failure) {
  return failure ? name(failure->reason) : "no failure";
}

// --- asking

TEST(OpenAiAsks, TheEdgeWithoutAnythingOfOurs) {
  const net::HttpRequest request = asked(LlmAsk::edge);
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.url.target, "/v1/models");
  EXPECT_TRUE(request.headers.empty());
}

TEST(OpenAiAsks, ForTheModelByItsNameAsOnePartOfThePath) {
  const net::HttpRequest request = asked(LlmAsk::model, {}, "meta-llama/Llama 3?");
  EXPECT_EQ(request.url.target, "/v1/models/meta-llama%2FLlama%203%3F");
  EXPECT_EQ(*net::find_header(request.headers, "authorization"), "Bearer sk-key");
  EXPECT_EQ(asked(LlmAsk::models).url.target, "/v1/models");
}

TEST(OpenAiAsks, WithAnyPromptAsJson) {
  EXPECT_THAT(asked(LlmAsk::completion, "say \"1\"\n").body, HasSubstr(R"("content":"say \"1\"\n")"));
}

// --- a stream

TEST(OpenAiStream, AChunkIsContentOrFinishOrUsage) {
  EXPECT_EQ(
      event(
          R"({"model":"m-1","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null})")
          .content,
      "");
  const LlmPiece piece = event(
      R"({"model":"m-1","choices":[{"delta":{"content":"Hel\u00e4"},"finish_reason":null}],"obfuscation":"x"})");
  EXPECT_EQ(piece.content, "Helä");
  EXPECT_EQ(piece.model, "m-1");
  EXPECT_EQ(piece.finish, LlmFinish::unsaid);
  EXPECT_FALSE(piece.end);
  const LlmPiece usage = event(
      R"({"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":5,"completion_tokens_details":{"reasoning_tokens":3}}})");
  EXPECT_EQ(usage.usage.input, 12u);
  EXPECT_EQ(usage.usage.output, 5u);
  EXPECT_EQ(usage.usage.reasoning, 3u);
  EXPECT_TRUE(event("[DONE]").end);
}

TEST(OpenAiStream, FinishReasons) {
  const auto finish = [](const std::string& words) {
    return event(R"({"choices":[{"delta":{},"finish_reason":)" + words + "}]}").finish;
  };
  EXPECT_EQ(finish(R"("stop")"), LlmFinish::complete);
  EXPECT_EQ(finish(R"("length")"), LlmFinish::length);
  EXPECT_EQ(finish(R"("content_filter")"), LlmFinish::filtered);
  EXPECT_EQ(finish(R"("tool_calls")"), LlmFinish::complete);
  EXPECT_EQ(finish("null"), LlmFinish::unsaid);
  EXPECT_EQ(finish(R"("")"), LlmFinish::unsaid);
  EXPECT_EQ(finish("7"), LlmFinish::unsaid);
}

TEST(OpenAiStream, WhatMakesNoSenseSaysNothing) {
  for (const char* data :
       {"", "{}", "[]", "7", "null", R"({"choices":7})", R"({"choices":[7]})",
        R"({"choices":[{"delta":[]}]})", R"({"choices":[{"delta":{"content":{"a":1}}}]})",
        R"({"error":null,"choices":[]})", R"({"usage":{"prompt_tokens":-1,"completion_tokens":1e300}})",
        R"({"usage":{"prompt_tokens":"7"}})", R"({"usage":{"prompt_tokens":2000000000}})"}) {
    const LlmPiece piece = event(data);
    EXPECT_EQ(piece.content, "") << data;
    EXPECT_EQ(reason(piece.error), "no failure") << data;
    EXPECT_EQ(piece.usage.input, std::nullopt) << data;
    EXPECT_EQ(piece.usage.output, std::nullopt) << data;
  }
}

TEST(OpenAiStream, WhatIsNoJsonBreaksTheProtocol) {
  for (const std::string& data :
       {std::string("{\"choices\":["), std::string("hello"), std::string("\"\xFF\""),
        std::string(1'000'000, '['), std::string("[DONE] "), std::string("{} {}")})
    EXPECT_EQ(reason(event(data).error), "protocol") << data.substr(0, 20);
}

TEST(OpenAiStream, ErrorsInAllTheirShapes) {
  const auto told = [](const std::string& data) {
    const auto error = event(data).error;
    return error ? std::string(name(error->reason)) + "; " + error->detail : "no error";
  };
  EXPECT_EQ(
      told(
          R"({"error":{"message":"The server had an error","type":"server_error","param":null,"code":null}})"),
      "upstream_error; server_error: The server had an error");
  EXPECT_EQ(told(R"({"error":{"message":"slow","type":"x","code":"slow_down"}})"),
            "overloaded; slow_down: slow");
  EXPECT_EQ(told(R"({"error":{"message":"key","code":401}})"), "auth; 401: key");
  EXPECT_EQ(told(R"({"error":{"message":"key","code":"429"}})"), "rate_limited; 429: key");
  EXPECT_EQ(told(R"({"error":"something broke"})"), "upstream_error; something broke");
  EXPECT_EQ(told(R"({"object":"error","message":"no such","type":"NotFoundError","code":404})"),
            "model_not_found; 404: no such");
  EXPECT_EQ(told(R"({"choices":[{"delta":{"content":"Hi"},"finish_reason":"error"}]})"),
            "upstream_error; the answer ended with finish_reason error");
  EXPECT_EQ(told(R"({"error":{}})"), "upstream_error; an error without words");
  EXPECT_EQ(told(R"({"error":{"message":"a\nb\u001b[31m","code":"x"}})"),
            "upstream_error; x: a\\nb\\x1b[31m");
}

// --- a whole answer

TEST(OpenAiWhole, ACompletionIsReadLikeAStream) {
  const LlmPiece piece = provider()->read_whole(
      R"({"model":"m-1","choices":[{"message":{"role":"assistant","content":"Hello","refusal":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":12,"completion_tokens":5}})");
  EXPECT_EQ(piece.content, "Hello");
  EXPECT_EQ(piece.finish, LlmFinish::complete);
  EXPECT_EQ(piece.usage.output, 5u);
  EXPECT_TRUE(piece.end);
}

TEST(OpenAiWhole, AnythingElseIsAFailure) {
  const auto told = [](std::string_view body) { return reason(provider()->read_whole(body).error); };
  EXPECT_EQ(told(""), "protocol");
  EXPECT_EQ(told("<html><title>Sign in</title></html>"), "protocol");
  EXPECT_EQ(told("{}"), "protocol");
  EXPECT_EQ(told("[1]"), "protocol");
  EXPECT_EQ(told(R"({"error":{"message":"m","code":"insufficient_quota"}})"), "quota");
  EXPECT_THAT(provider()->read_whole("<html><title>Sign in</title></html>").error->detail,
              HasSubstr("Sign in"));
}

// --- errors by status

Failure refused(unsigned status, std::string body, net::Headers headers = {}) {
  return provider()->read_error({.status = status,
                                 .headers = std::move(headers),
                                 .body = std::move(body),
                                 .url = *net::parse_url("http://llm/v1/x", {"http"})});
}

TEST(OpenAiErrors, NameTheStatusTheWordsAndTheRequest) {
  const Failure failure = refused(
      401,
      R"({"error":{"message":"Incorrect API key provided","type":"invalid_request_error","code":"invalid_api_key"}})",
      {{"X-Request-Id", "req_1"}});
  EXPECT_EQ(name(failure.reason), "auth");
  EXPECT_EQ(failure.detail, "status 401: invalid_api_key: Incorrect API key provided, request req_1");
}

TEST(OpenAiErrors, AGatewaysPageIsToldByItsTitle) {
  const Failure failure = refused(502, "<html><head><title>502 Bad Gateway</title></head></html>");
  EXPECT_EQ(name(failure.reason), "upstream_error");
  EXPECT_THAT(failure.detail, HasSubstr("502 Bad Gateway"));
}

TEST(OpenAiErrors, A404ThatIsNotAboutTheModelDoubtsTheUrl) {
  EXPECT_THAT(refused(404, R"({"detail":"Not Found"})").detail,
              HasSubstr("is base_url right? asked for http://llm/v1/x"));
  EXPECT_THAT(
      refused(404, R"({"error":{"message":"The model `m` does not exist","code":"model_not_found"}})").detail,
      Not(HasSubstr("base_url")));
}

TEST(OpenAiStream, AnEventMayBeAnErrorByItsName) {
  const auto told = [](const std::string& data) {
    const LlmPiece piece = provider()->read_event({.type = "error", .data = data, .id = {}});
    return piece.error ? std::string(name(piece.error->reason)) + "; " + piece.error->detail : "no error";
  };
  EXPECT_EQ(told(R"({"message":"boom","type":"server_error","code":500})"), "upstream_error; 500: boom");
  EXPECT_EQ(told(R"({"error":{"message":"boom","code":"slow_down"}})"), "overloaded; slow_down: boom");
}

TEST(OpenAiErrors, AWrongModelMayBeA400) {
  EXPECT_EQ(
      name(
          refused(
              400,
              R"({"error":{"message":"Invalid model name","type":"invalid_request_error","param":"model","code":"400"}})")
              .reason),
      "model_not_found");
  EXPECT_EQ(
      name(refused(
               400,
               R"({"error":{"message":"no","type":"invalid_request_error","param":"messages","code":null}})")
               .reason),
      "bad_request");
}

TEST(OpenAiErrors, WhatIsNoMoreIsNoBadRequest) {
  const auto reason = [](unsigned status, const std::string& error) {
    return std::string(name(refused(status, "{\"error\":{" + error + "}}").reason));
  };
  EXPECT_EQ(reason(400, R"("message":"gone","type":"invalid_request_error","code":"model_decommissioned")"),
            "model_not_found");
  EXPECT_EQ(reason(410, R"("message":"gone","type":"invalid_request_error")"), "model_not_found");
  EXPECT_EQ(reason(400, R"("type":"invalid_request_error","message":"Your credit balance is too low")"),
            "quota");
  EXPECT_EQ(reason(400, R"("type":"invalid_request_error","message":"This organization has been disabled.")"),
            "auth");
}

// --- the list of models

TEST(OpenAiModels, AModelIsThereWhenTheServerSaysSo) {
  const auto missing = [](LlmAsk ask, std::string_view body) { return provider()->model_missing(ask, body); };
  EXPECT_EQ(reason(missing(LlmAsk::model, R"({"id":"m","object":"model"})")), "no failure");
  EXPECT_EQ(reason(missing(LlmAsk::models, R"({"data":[{"id":"a"},{"id":"m"}]})")), "no failure");
  EXPECT_EQ(reason(missing(LlmAsk::model, "<html></html>")), "protocol");
  EXPECT_EQ(reason(missing(LlmAsk::model, "[]")), "protocol");
  EXPECT_EQ(reason(missing(LlmAsk::models, R"({"object":"list"})")), "protocol");
  EXPECT_EQ(reason(missing(LlmAsk::model, R"({"error":{"code":"invalid_api_key"}})")), "auth");
  const auto failure = missing(
      LlmAsk::models, R"({"data":[{"id":"a"},{"id":"b"},{"id":"c"},{"id":"d"},{"id":"e"},{"id":"f"}]})");
  EXPECT_EQ(reason(failure), "model_not_found");
  EXPECT_THAT(failure->detail, HasSubstr("6 models and this one is not among them: a, b, c, d, e, …"));
}

TEST(OpenAiModels, AServerMayNotKnowTheCall) {
  const auto unknown = [](unsigned status, std::string body) {
    return provider()->unknown_call({.status = status, .headers = {}, .body = std::move(body), .url = {}});
  };
  EXPECT_TRUE(unknown(404, R"({"detail":"Not Found"})"));
  EXPECT_TRUE(unknown(404, "<html></html>"));
  EXPECT_TRUE(unknown(405, ""));
  EXPECT_FALSE(
      unknown(404, R"({"error":{"message":"The model `m` does not exist","code":"model_not_found"}})"));
  EXPECT_FALSE(unknown(401, ""));
  EXPECT_FALSE(unknown(200, ""));
}

}  // namespace
}  // namespace answerback::probes
