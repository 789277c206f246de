// The probe against a provider played from a script.

#include <gmock/gmock.h>

#include "probes/llm/harness.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string usage = R"({"choices":[],"usage":{"prompt_tokens":12,"completion_tokens":5}})";

Seen one(test::Peer::Script script, const std::string& more = "") {
  LlmRig rig;
  test::Peer peer(rig.loop.io, std::move(script));
  rig.configure(peer.url("/v1"), more);
  Seen seen = rig.run();
  EXPECT_TRUE(peer.errors().empty());
  return seen;
}

// --- generate

TEST(LlmStream, PassesWithItsPaceAndItsCost) {
  const Seen seen = one([](test::Connection& c) -> asio::awaitable<void> {
    const std::string request = co_await c.read_http();
    EXPECT_THAT(request, StartsWith("POST /v1/chat/completions HTTP/1.1\r\n"));
    EXPECT_THAT(request, HasSubstr("\r\nAuthorization: Bearer demo-key\r\n"));
    co_await c.write(stream_head() + events({chunk("")}));
    co_await c.wait(30ms);
    co_await c.write(events({chunk("Hello"), chunk(" you")}));
    co_await c.wait(40ms);
    co_await c.write(events({chunk("!"), last_chunk("stop"), usage, std::string(done)}));
    co_await c.hold();  // [DONE] is the end, whether the server hangs up or not
  });
  EXPECT_EQ(told(seen), "pass ") << seen.result.detail;
  EXPECT_THAT(phases_of(seen),
              ElementsAre("resolve", "connect", "processing", "transfer", "first_token", "stream"));
  ASSERT_NE(sample(seen, Measure::time_to_first_token), nullptr);
  const double first = sample(seen, Measure::time_to_first_token)->value;
  EXPECT_GE(first, 0.030);
  EXPECT_LT(first, 1.0);
  ASSERT_NE(sample(seen, Measure::output_tokens_per_second), nullptr);
  EXPECT_LE(sample(seen, Measure::output_tokens_per_second)->value, 4 / 0.030);
  EXPECT_GT(sample(seen, Measure::output_tokens_per_second)->value, 1);
  EXPECT_EQ(sample(seen, Measure::input_tokens)->value, 12);
  EXPECT_EQ(sample(seen, Measure::output_tokens)->value, 5);
  EXPECT_THAT(frames(seen), HasSubstr("received: Hello\n"));
  EXPECT_THAT(frames(seen), HasSubstr("received: Hello you!\n"));
  EXPECT_THAT(frames(seen), Not(HasSubstr("demo-key")));
}

TEST(LlmStream, EveryEndHasItsVerdict) {
  struct Case {
    std::vector<std::string> events;
    std::string verdict;
  };
  const std::string d(done);
  for (const auto& [events, verdict] : {
           Case{{chunk("Hi"), last_chunk("stop"), d}, "pass "},
           Case{{chunk("Hi"), last_chunk("stop")}, "pass "},
           Case{{chunk("Hi"), d}, "pass "},
           Case{{last_chunk("length"), usage, d}, "pass "},
           Case{{chunk(""), last_chunk("stop"), d}, "warn empty_completion"},
           Case{{chunk("Hi"), last_chunk("content_filter"), d}, "warn content_filter"},
           Case{{chunk("Hi")}, "fail truncated"},
           Case{{}, "fail truncated"},
           Case{{chunk("Hi"), R"({"error":{"message":"m","type":"server_error","code":null}})"},
                "fail upstream_error"},
           Case{{R"({"error":{"message":"m","type":"x","code":"rate_limit_exceeded"}})"},
                "fail rate_limited"},
           Case{{R"({"error":{"message":"m","type":"overloaded_error"}})"}, "fail overloaded"},
           Case{{chunk("This is a simulated response to: Hello"), last_chunk("stop"), d}, "fail synthetic"},
       }) {
    const Seen seen = one(streams(events));
    EXPECT_EQ(told(seen), verdict) << testing::PrintToString(events) << seen.result.detail;
  }
}

TEST(LlmStream, AConnectionThatBreaksIsTruncatedOrReset) {
  const std::string head =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
  const auto broken = [&](std::vector<std::string> data, bool reset) {
    return one([=](test::Connection& c) -> asio::awaitable<void> {
      const std::string body = events(data);
      co_await c.read_http();
      char size[20];
      std::snprintf(size, sizeof size, "%zx\r\n", body.size());
      co_await c.write(head + size + body + "\r\n");
      co_await c.wait(20ms);
      if (reset) c.reset();
    });
  };
  const Seen cut = broken({chunk("Hel")}, false);
  EXPECT_EQ(told(cut), "fail truncated");
  EXPECT_THAT(frames(cut), HasSubstr("received: Hel"));
  EXPECT_EQ(told(broken({chunk("Hel")}, true)), "fail reset");
  EXPECT_EQ(told(broken({chunk("Hel"), last_chunk("stop")}, true)), "pass ");
}

TEST(LlmStream, AWholeAnswerWillDoWhereTheServerCannotStream) {
  const Seen seen = one(answers(
      200, R"({"model":"demo-1","choices":[{"message":{"content":"Hello"},"finish_reason":"stop"}]})"));
  EXPECT_EQ(told(seen), "pass ") << seen.result.detail;
  EXPECT_EQ(sample(seen, Measure::time_to_first_token), nullptr);
  EXPECT_THAT(seen.result.detail, HasSubstr("(estimated)"));
}

TEST(LlmWhole, IsAskedForAndJudged) {
  std::string request;
  const Seen seen = one(
      [&](test::Connection& c) -> asio::awaitable<void> {
        request = co_await c.read_http();
        const std::string body = R"({"choices":[{"message":{"content":""},"finish_reason":"stop"}]})";
        co_await c.write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                         body);
      },
      "stream: false");
  EXPECT_EQ(told(seen), "warn empty_completion");
  EXPECT_THAT(request, Not(HasSubstr("stream")));
}

TEST(LlmWhole, ASignInPageIsNoAnswer) {
  const Seen seen =
      one(test::answer("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 36\r\n\r\n"
                       "<html><title>Sign in</title></html> "));
  EXPECT_EQ(told(seen), "fail protocol");
  EXPECT_THAT(seen.result.detail, HasSubstr("an HTML page \"Sign in\""));
}

TEST(LlmGenerate, EveryRefusalHasItsVerdict) {
  struct Case {
    unsigned status;
    std::string body, verdict;
  };
  for (const auto& [status, body, verdict] : {
           Case{401, R"({"error":{"message":"m","code":"invalid_api_key"}})", "fail auth"},
           Case{403, "", "fail auth"},
           Case{402, "", "fail quota"},
           Case{429, R"({"error":{"message":"m","code":"credit_balance_exhausted"}})", "fail quota"},
           Case{429, "", "fail rate_limited"},
           Case{404, R"({"error":{"message":"no such model","code":"model_not_found"}})",
                "fail model_not_found"},
           Case{400, R"({"error":{"message":"m","type":"invalid_request_error"}})", "fail bad_request"},
           Case{400, R"({"error":{"message":"m","code":"content_filter","param":"prompt"}})",
                "warn content_filter"},
           Case{413, "", "fail bad_request"},
           Case{422, R"({"detail":[{"loc":["body"]}]})", "fail bad_request"},
           Case{408, "", "fail upstream_error"},
           Case{409, "", "fail upstream_error"},
           Case{500, "", "fail upstream_error"},
           Case{502, "<html>Bad Gateway</html>", "fail upstream_error"},
           Case{504, "", "fail upstream_error"},
           Case{503, "", "fail overloaded"},
           Case{529, "", "fail overloaded"},
           Case{302, "", "fail status"},
       }) {
    const Seen seen = one(answers(status, body));
    EXPECT_EQ(told(seen), verdict) << status << body;
    EXPECT_THAT(seen.result.detail, HasSubstr("status " + std::to_string(status)));
    EXPECT_THAT(frames(seen), HasSubstr("received: HTTP " + std::to_string(status)));
  }
}

TEST(LlmGenerate, AKeyThatIsGivenBackIsNotShown) {
  for (const auto& script : {answers(401, R"({"error":{"message":"Incorrect API key: demo-key"}})"),
                             answers(200, R"({"error":{"message":"Incorrect API key: demo-key"}})"),
                             streams({R"({"error":{"message":"Incorrect API key: demo-key"}})"}),
                             streams({chunk("my key is demo-key"), last_chunk("stop")}),
                             answers(401, "", "x-request-id: demo-key\r\n")}) {
    const Seen seen = one(script);
    EXPECT_THAT(frames(seen) + seen.result.detail, Not(HasSubstr("demo-key")));
    EXPECT_THAT(frames(seen), HasSubstr("<secret>"));
  }
}

TEST(LlmGenerate, TheChallengeIsNewEachTimeAndMustBeSolved) {
  LlmRig rig;
  std::vector<std::string> questions;
  bool right = true;
  test::Peer peer(rig.loop.io, [&](test::Connection& c) -> asio::awaitable<void> {
    const std::string request = co_await c.read_http();
    unsigned left = 0, other = 0;
    const std::size_t at = request.find("product of ");
    if (at == std::string::npos ||
        std::sscanf(request.c_str() + at, "product of %u and %u", &left, &other) != 2)
      co_return;
    questions.push_back(request.substr(at, 30));
    co_await c.write(
        stream_head() +
        events({chunk("It is "), chunk(std::to_string(left * other + (right ? 0 : 1))), last_chunk("stop")}));
  });
  rig.configure(peer.url("/v1"), "challenge: arithmetic");
  EXPECT_EQ(told(rig.run()), "pass ");
  right = false;
  EXPECT_EQ(told(rig.run()), "fail answer_wrong");
  ASSERT_EQ(questions.size(), 2u);
  EXPECT_NE(questions[0], questions[1]);
}

TEST(LlmGenerate, SlowIsTold) {
  const auto late = [](test::Connection& c) -> asio::awaitable<void> {
    co_await c.read_http();
    co_await c.wait(60ms);
    co_await c.write(stream_head() + events({chunk("Hi"), last_chunk("stop")}));
  };
  EXPECT_EQ(told(one(late, "first_token: {warn: 30ms}")), "warn slow");
  EXPECT_EQ(told(one(late, "first_token: {fail: 30ms}")), "fail slow");
  EXPECT_EQ(told(one(late, "slow: {warn: 30ms}")), "warn slow");
  EXPECT_EQ(told(one(late, "slow: {warn: 8s}\n    first_token: {warn: 8s}")), "pass ");
}

TEST(LlmGenerate, AnotherModelIsTold) {
  EXPECT_EQ(
      told(
          one(streams({R"({"model":"other","choices":[{"delta":{"content":"Hi"},"finish_reason":"stop"}]})"}),
              "expect_model: true")),
      "warn assertion");
}

// --- reach and access

TEST(LlmReach, WhoRefusesUsIsThere) {
  std::string request;
  const Seen seen = one(
      [&](test::Connection& c) -> asio::awaitable<void> {
        request = co_await c.read_http();
        co_await c.write("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
      },
      "depth: reach");
  EXPECT_EQ(told(seen), "pass ") << seen.result.detail;
  EXPECT_THAT(request, StartsWith("GET /v1/models HTTP/1.1\r\n"));
  EXPECT_THAT(request, Not(HasSubstr("demo-key")));
  EXPECT_EQ(told(one(answers(403, ""), "depth: reach")), "pass ");
  EXPECT_EQ(told(one(answers(200, "[]"), "depth: reach")), "pass ");
  EXPECT_EQ(told(one(answers(503, ""), "depth: reach")), "fail overloaded");
  EXPECT_EQ(told(one(answers(502, ""), "depth: reach")), "fail upstream_error");
  EXPECT_EQ(told(one(answers(404, ""), "depth: reach")), "fail bad_request") << "no model was asked for";
}

TEST(LlmAccess, TheModelIsAskedForByItsName) {
  std::string request;
  const Seen seen = one(
      [&](test::Connection& c) -> asio::awaitable<void> {
        request = co_await c.read_http();
        co_await c.write("HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"id\":\"demo-1\"}");
      },
      "depth: access");
  EXPECT_EQ(told(seen), "pass ") << seen.result.detail;
  EXPECT_THAT(request, StartsWith("GET /v1/models/demo-1 HTTP/1.1\r\n"));
  EXPECT_EQ(told(one(answers(401, ""), "depth: access")), "fail auth");
  EXPECT_EQ(told(one(answers(404, R"({"error":{"message":"m","code":"model_not_found"}})"), "depth: access")),
            "fail model_not_found");
  EXPECT_EQ(told(one(answers(200, "<html></html>"), "depth: access")), "fail protocol");
}

TEST(LlmAccess, AServerThatOnlyListsIsAskedForItsList) {
  const auto listing = [](std::string models) {
    return [models](test::Connection& c) -> asio::awaitable<void> {
      const std::string request = co_await c.read_http();
      const bool list = request.starts_with("GET /v1/models HTTP");
      const std::string body = list ? R"({"data":[)" + models + "]}" : R"({"detail":"Not Found"})";
      co_await c.write(
          (list ? "HTTP/1.1 200 OK\r\nContent-Length: " : "HTTP/1.1 404 Not Found\r\nContent-Length: ") +
          std::to_string(body.size()) + "\r\n\r\n" + body);
    };
  };
  EXPECT_EQ(told(one(listing(R"({"id":"demo-1"})"), "depth: access")), "pass ");
  EXPECT_EQ(told(one(listing(R"({"id":"demo-2"})"), "depth: access")), "fail model_not_found");
}

// --- staying away, and the budget

std::string limited(const std::string& after) {
  return "HTTP/1.1 429 Too Many Requests\r\nRetry-After: " + after + "\r\nContent-Length: 0\r\n\r\n";
}

TEST(LlmBackOff, NothingIsSentUntilTheTimeIsOver) {
  LlmRig rig;
  test::Peer peer(rig.loop.io, test::answer(limited("20")));
  rig.configure(peer.url("/v1"));
  EXPECT_EQ(told(rig.run()), "fail rate_limited");
  const Seen quiet = rig.run();
  EXPECT_EQ(told(quiet), "unknown rate_limited");
  EXPECT_THAT(quiet.result.detail, HasSubstr("asked to stay away until 20"));
  EXPECT_EQ(quiet.evidence.bytes_sent(), 0u);
  rig.clock.move(18s);
  EXPECT_EQ(told(rig.run()), "unknown rate_limited");
  rig.clock.move(3s);
  EXPECT_EQ(told(rig.run()), "fail rate_limited");
  EXPECT_EQ(peer.accepted(), 2u);
}

TEST(LlmBackOff, ForAnHourAtTheMostAndNeverWithoutSense) {
  for (const auto& [after, quiet] :
       {std::pair{"86400", true}, {"-20", false}, {"99999999999999999999", false}, {"soon", false}}) {
    LlmRig rig;
    test::Peer peer(rig.loop.io, test::answer(limited(after)));
    rig.configure(peer.url("/v1"));
    EXPECT_EQ(told(rig.run()), "fail rate_limited");
    EXPECT_EQ(told(rig.run()), quiet ? "unknown rate_limited" : "fail rate_limited") << after;
    rig.clock.move(1h);
    EXPECT_EQ(told(rig.run()), "fail rate_limited") << after;
  }
}

test::Peer::Script costly(std::size_t& completions) {
  return [&](test::Connection& c) -> asio::awaitable<void> {
    const std::string request = co_await c.read_http();
    if (request.starts_with("GET")) {
      co_await c.write("HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"id\":\"demo-1\"}");
    } else {
      ++completions;
      co_await c.write(stream_head() + events({chunk("Hi"), last_chunk("stop"), usage, std::string(done)}));
    }
  };
}

TEST(LlmBudgeted, OnceSpentItOnlyLooksAtTheAccess) {
  LlmRig rig;
  std::size_t completions = 0;
  test::Peer peer(rig.loop.io, costly(completions));
  rig.configure(peer.url("/v1"), "budget: {tokens_per_day: 60}");
  const Seen first = rig.run();
  EXPECT_EQ(told(first), "pass ");
  EXPECT_EQ(sample(first, Measure::budget_remaining_tokens)->value, 43);
  EXPECT_EQ(told(rig.run()), "pass ");
  const Seen spent = rig.run();
  EXPECT_EQ(told(spent), "unknown budget_spent");
  EXPECT_THAT(spent.result.detail, HasSubstr("34 of 60 tokens of this day are spent"));
  EXPECT_THAT(spent.result.detail, HasSubstr("access to model demo-1"));
  EXPECT_EQ(sample(spent, Measure::budget_remaining_tokens)->value, 26);
  EXPECT_EQ(completions, 2u);
  rig.clock.move(24h);
  EXPECT_EQ(told(rig.run()), "pass ");
  EXPECT_EQ(completions, 3u);
}

TEST(LlmBudgeted, AStormOfRefusalsCostsNothing) {
  LlmRig rig;
  test::Peer peer(rig.loop.io, answers(529, ""));
  rig.configure(peer.url("/v1"), "budget: {tokens_per_day: 60}");
  for (int run = 0; run < 20; ++run) {
    const Seen seen = rig.run();
    ASSERT_THAT(told(seen), testing::AnyOf("fail overloaded", "unknown overloaded"));
    EXPECT_EQ(sample(seen, Measure::budget_remaining_tokens)->value, 60);
  }
}

TEST(LlmBudgeted, ALostAccessIsStillAnOutage) {
  LlmRig rig;
  bool lost = false;
  std::size_t completions = 0;
  test::Peer peer(rig.loop.io, [&, good = costly(completions)](test::Connection& c) -> asio::awaitable<void> {
    if (!lost) co_return co_await good(c);
    co_await c.read_http();
    co_await c.write("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
  });
  rig.configure(peer.url("/v1"), "budget: {tokens_per_day: 1}");
  EXPECT_EQ(told(rig.run()), "pass ");
  EXPECT_EQ(told(rig.run()), "unknown budget_spent");
  lost = true;
  EXPECT_EQ(told(rig.run()), "fail auth");
}

TEST(LlmBudgeted, ARunCutOffAtItsDeadlineIsPaidFor) {
  LlmRig rig;
  test::Peer peer(rig.loop.io, [](test::Connection& c) -> asio::awaitable<void> {
    co_await c.read_http();
    co_await c.write(stream_head());
    co_await c.hold();
  });
  rig.configure(peer.url("/v1"), "budget: {tokens_per_day: 60}");
  EXPECT_EQ(told(rig.run_until_late(100ms)), "fail read_timeout");
  EXPECT_THAT(frames(rig.run_until_late(100ms)), StartsWith("request: GET "))
      << "only the access is asked for";
}

}  // namespace
}  // namespace answerback::probes
