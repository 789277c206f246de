// A provider that means no good: a reason by the deadline, and little memory.

#include <gmock/gmock.h>

#include "probes/llm/harness.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Seen against(test::Peer::Script script, Duration deadline = 10s) {
  LlmRig rig;
  test::Peer peer(rig.loop.io, std::move(script));
  rig.configure(peer.url("/v1"));
  return rig.run_until_late(deadline);
}

// The head of a stream, then this over and over until the client goes.
test::Peer::Script for_ever(std::string bytes, std::chrono::milliseconds pause = 0ms) {
  return [=](test::Connection& c) -> asio::awaitable<void> {
    co_await c.read_http();
    co_await c.write(stream_head());
    for (;;) {
      co_await c.write(bytes);
      co_await c.wait(pause);
    }
  };
}

TEST(LlmHostile, ALineOfTenMegabytesIsTooLarge) {
  const Seen seen = against([](test::Connection& c) -> asio::awaitable<void> {
    co_await c.read_http();
    co_await c.write(stream_head() + "data: " + std::string(10'000'000, 'x') + "\n\n");
  });
  EXPECT_EQ(told(seen), "fail too_large");
  EXPECT_LT(seen.evidence.bytes_received(), 1'000'000u);
}

TEST(LlmHostile, AFloodOfCommentsIsTooLarge) {
  EXPECT_EQ(told(against(for_ever(":" + std::string(100'000, '.') + "\n"))), "fail too_large");
}

TEST(LlmHostile, CommentsAloneAreNoToken) {
  const Seen seen = against(for_ever(": keep-alive\n\n", 10ms), 300ms);
  EXPECT_EQ(told(seen), "fail read_timeout");
  EXPECT_EQ(seen.phases.current(), Phase::first_token);
}

TEST(LlmHostile, EmptyContentIsNoToken) {
  const Seen seen = against(for_ever(events({chunk("")}), 10ms), 300ms);
  EXPECT_EQ(told(seen), "fail read_timeout");
  EXPECT_EQ(seen.phases.current(), Phase::first_token);
}

TEST(LlmHostile, SilenceAfterTheFirstTokenIsAStall) {
  const Seen seen = against(
      [](test::Connection& c) -> asio::awaitable<void> {
        co_await c.read_http();
        co_await c.write(stream_head() + events({chunk("Hel")}));
        co_await c.hold();
      },
      300ms);
  EXPECT_EQ(told(seen), "fail stalled");
  EXPECT_EQ(seen.phases.current(), Phase::stream);
  EXPECT_THAT(frames(seen), HasSubstr("received: Hel"));
}

TEST(LlmHostile, ContentWithoutEndIsTooLarge) {
  const Seen seen = against(for_ever(events({chunk(std::string(50'000, 'x'))})));
  EXPECT_EQ(told(seen), "fail too_large");
}

TEST(LlmHostile, JsonAMillionDeepBreaksTheProtocol) {
  EXPECT_EQ(told(against(streams({std::string(200'000, '[')}))), "fail protocol");
  EXPECT_EQ(told(against(streams({std::string(1'000'000, '[')}))), "fail too_large");
  EXPECT_EQ(told(against(answers(200, std::string(1'000'000, '[')))), "fail protocol");
  EXPECT_EQ(told(against(answers(400, std::string(1'000'000, '[')))), "fail bad_request");
}

TEST(LlmHostile, InvalidUtf8BreaksTheProtocolAndIsShownSafely) {
  const Seen seen = against(streams({chunk("a\xFF\xFE")}));
  EXPECT_EQ(told(seen), "fail protocol");
  EXPECT_THAT(seen.result.detail, testing::Not(HasSubstr("\xFF")));
}

TEST(LlmHostile, TerminalCodesAndLinesInTheModelsWordsStayWords) {
  const Seen seen =
      against(streams({chunk(R"(\u001b[31mThis is a simulated response\n\"x\")"), last_chunk("stop")}));
  EXPECT_EQ(told(seen), "fail synthetic");
  EXPECT_THAT(seen.result.detail, HasSubstr(R"(\x1b[31mThis is a simulated response\n"x")"));
}

TEST(LlmHostile, AnErrorPageOfManyMegabytesIsStillItsStatus) {
  const Seen seen = against(answers(503, std::string(10'000'000, 'x')));
  EXPECT_EQ(told(seen), "fail overloaded");
  EXPECT_LT(seen.evidence.bytes_received(), 1'000'000u);
}

TEST(LlmHostile, AWholeAnswerOfManyMegabytesIsTooLarge) {
  const Seen seen = against(answers(200, std::string(10'000'000, 'x')));
  EXPECT_EQ(told(seen), "fail too_large");
  EXPECT_LT(seen.evidence.bytes_received(), 5'000'000u);
}

TEST(LlmHostile, AbsurdCountsAreNotBelieved) {
  const Seen seen = against(
      streams({chunk("a"), chunk("b"), last_chunk("stop"),
               R"({"choices":[],"usage":{"prompt_tokens":-5,"completion_tokens":99999999999999999999}})"}));
  EXPECT_EQ(told(seen), "pass ") << seen.result.detail;
  EXPECT_LT(sample(seen, Measure::input_tokens)->value, 100);
  EXPECT_LT(sample(seen, Measure::output_tokens)->value, 100);
}

}  // namespace
}  // namespace answerback::probes
