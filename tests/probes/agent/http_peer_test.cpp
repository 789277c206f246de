// Agents over HTTP, asked by the real probe, played by servers that misbehave: what is the same for every
// protocol.

#include "probes/agent/http_peer.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using test::Connection;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

struct Preset {
  std::string keys, stream;
  std::size_t stages;
};
const Preset presets[] = {
    {"preset: ag_ui", streams::ag_ui, 4},
    {"preset: langgraph\n    thread: false", streams::langgraph, 3},
    {"preset: a2a\n    chain: [submitted, working, artifact, completed]", streams::a2a, 4},
    {"preset: openai_responses\n    model: m", streams::responses, 4},
    {"preset: vercel_ui", streams::vercel, 4},
};

TEST_F(OverHttp, EachProtocolIsAChainWithAnAnswer) {
  for (const Preset& preset : presets) {
    SCOPED_TRACE(preset.keys);
    stream(preset.stream);
    const Told told = run(preset.keys + "\n    credentials: canary\n    headers: {X-Key: k-123456}");
    EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
    EXPECT_THAT(told.result.detail,
                AllOf(HasSubstr(std::to_string(preset.stages) + " of " + std::to_string(preset.stages)),
                      HasSubstr("the answer is right")));
    EXPECT_THAT(requests_.at(0),
                AllOf(StartsWith("POST /agent"), HasSubstr("?tenant=1 HTTP/1.1\r\n"),
                      HasSubstr("\r\nAuthorization: Bearer " + token_value + "\r\n"),
                      HasSubstr("\r\nX-Key: k-123456\r\n"), HasSubstr("\r\ntraceparent: 00-"),
                      HasSubstr("\r\nAccept: text/event-stream\r\n"),
                      HasSubstr("\r\nContent-Type: application/json\r\n")));
    const auto timed = std::ranges::count(told.evidence.samples(), Measure::stage_duration, &Sample::measure);
    EXPECT_EQ(static_cast<std::size_t>(timed), preset.stages);
  }
}

TEST_F(OverHttp, EachChainIsHeldWhateverTheProtocol) {
  for (const Preset& preset : presets) {
    SCOPED_TRACE(preset.keys);
    serve([&](Connection& c, const std::string&) -> Awaitable<void> {  // never says a word
      co_await c.write(stream_head);
      co_await c.hold();
    });
    EXPECT_EQ(run(preset.keys).verdict(), "fail no_start at dispatch");

    serve([&](Connection& c, const std::string& request) -> Awaitable<void> {  // falls silent
      const std::string whole = answered(preset.stream, request);
      co_await c.write(stream_head + chunk(whole.substr(0, whole.find("\n\n", whole.find("\n\n") + 2) + 2)));
      co_await c.hold();
    });
    EXPECT_THAT(run(preset.keys).verdict(),
                testing::AnyOf("fail stalled at chain", "fail tool_stuck at chain"));

    serve([&](Connection& c, const std::string& request) -> Awaitable<void> {  // hangs up in the middle
      const std::string whole = answered(preset.stream, request);
      co_await c.write(stream_head + chunk(whole.substr(0, whole.size() / 2)));
    });
    EXPECT_EQ(run(preset.keys).verdict(), "fail truncated at chain");

    serve([&](Connection& c, const std::string&) -> Awaitable<void> {  // a wrong answer, in good order
      co_await c.write(
          stream_head +
          chunk(answered(preset.stream, requests_.front().substr(requests_.front().find("\r\n\r\n")))) +
          last_chunk);
    });
    EXPECT_EQ(run(preset.keys).verdict(), "pass");
    const Told late = run(preset.keys);  // the first answer once more
    EXPECT_NE(late.verdict(), "pass") << testing::PrintToString(late);
  }
}

TEST_F(OverHttp, AnAnswerOfTheRunBeforeIsLate) {
  serve([&](Connection& c, const std::string&) -> Awaitable<void> {
    if (requests_.size() == 1) {
      co_await c.write(stream_head);
      co_await c.hold();
    }
    co_await c.write(stream_head + chunk(answered(streams::ag_ui, requests_.front())) + last_chunk);
  });
  EXPECT_EQ(run().verdict(), "fail no_start at dispatch");
  EXPECT_THAT(run().verdict(), StartsWith("fail late"));
}

TEST_F(OverHttp, WrongAndMadeUpAnswersAreToldApart) {
  std::string wrong = streams::ag_ui, canned = streams::ag_ui;
  wrong.replace(wrong.find("It is 39"), 8, "It is 00");
  canned.replace(canned.find("It is 39"), 8, "This is a simulated response to: 39");
  stream(wrong);
  EXPECT_EQ(run().verdict(), "fail answer_wrong at answer");
  stream(canned);
  EXPECT_EQ(run().verdict(), "fail synthetic at answer");
}

TEST_F(OverHttp, AStreamWithoutItsEndIsNeverAPass) {
  const std::string without = streams::ag_ui.substr(0, streams::ag_ui.rfind("data: "));
  stream(without);
  const Told told = run();
  EXPECT_EQ(told.verdict(), "fail truncated at chain") << testing::PrintToString(told);
  EXPECT_THAT(told.result.detail,
              AllOf(HasSubstr("the stream ended without RUN_FINISHED"), HasSubstr("3 of 4 events")));
}

TEST_F(OverHttp, AnEndThatWasSaidCountsHoweverTheConnectionEnds) {
  serve([](Connection& c, const std::string& request) -> Awaitable<void> {
    co_await c.write(stream_head + chunk(answered(streams::ag_ui, request)));
    c.close();
  });
  EXPECT_EQ(run().verdict(), "pass");
  serve([](Connection& c, const std::string&) -> Awaitable<void> {
    co_await c.write(stream_head + chunk(streams::ag_ui));
    co_await c.wait(20ms);
    c.reset();
  });
  EXPECT_EQ(run().verdict(), "fail answer_wrong at answer");
}

TEST_F(OverHttp, ErrorsOfTheAgentAreItsOwn) {
  const std::string started = R"({"type":"RUN_STARTED","threadId":"t","runId":"r"})";
  stream(sse({started, R"({"type":"RUN_ERROR","message":"no model","code":"E7"})"}));
  const Told error = run();
  EXPECT_EQ(error.verdict(), "fail agent_error at chain");
  EXPECT_THAT(error.result.detail, HasSubstr("RUN_ERROR: E7: no model"));

  stream(sse({started, R"({"type":"RUN_FINISHED","outcome":{"type":"interrupt","interrupts":[]}})"}));
  EXPECT_EQ(run().verdict(), "fail agent_error at chain");
  stream(sse({started, R"({"type":"TEXT_MESSAGE_START","messageId":"m"})", R"({"type":"RUN_FINISHED"})"}));
  EXPECT_EQ(run().verdict(), "fail chain_incomplete at chain");
  stream(sse({started, R"({"type":"TEXT_MESSAGE_END","messageId":"m"})"}));
  EXPECT_EQ(run().verdict(), "fail chain_order at chain");
  stream(sse({started, R"({"type":"RUN_FINISHED"})"}));
  const Told silent = run();
  EXPECT_EQ(silent.verdict(), "fail chain_incomplete at answer") << testing::PrintToString(silent);
  EXPECT_THAT(silent.result.detail, HasSubstr("RUN_FINISHED came without TEXT_MESSAGE_START"));
}

TEST_F(OverHttp, AToolThatNeverReturnsIsStuck) {
  serve([](Connection& c, const std::string&) -> Awaitable<void> {
    co_await c.write(stream_head +
                     chunk(sse({R"({"type":"RUN_STARTED"})",
                                R"({"type":"TOOL_CALL_START","toolCallId":"c","toolCallName":"search"})"})));
    for (;;) {
      co_await c.write(chunk(": still here\n\n"));
      co_await c.wait(20ms);
    }
  });
  const Told told = run();
  EXPECT_EQ(told.verdict(), "fail tool_stuck at chain");
  EXPECT_THAT(told.result.detail, HasSubstr("tool search"));
}

TEST_F(OverHttp, TheChainIsTheConfiguredOne) {
  stream(streams::ag_ui);
  const Told told =
      run("preset: ag_ui\n    chain: [RUN_STARTED, TOOL_CALL_START, TOOL_CALL_END, TEXT_MESSAGE_CONTENT, "
          "RUN_FINISHED]");
  EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
  stream(streams::ag_ui);
  EXPECT_EQ(run("preset: ag_ui\n    chain: [RUN_STARTED, TEXT_MESSAGE_START, TOOL_CALL_START, RUN_FINISHED]")
                .verdict(),
            "fail chain_order at chain");
  stream(streams::ag_ui);
  const Told never = run("preset: ag_ui\n    chain: [RUN_STARTED, LAST_WORD]");
  EXPECT_EQ(never.verdict(), "fail chain_incomplete at chain");
  EXPECT_THAT(never.result.detail, HasSubstr("all has been said, and LAST_WORD has not come"));
}

TEST_F(OverHttp, AStatusIsTheWordOfTheServer) {
  struct Row {
    std::string answer, verdict, words;
  };
  const std::string login = "<!DOCTYPE html><html><title>Sign in</title><input type=\"password\"></html>";
  for (const Row& row : {
           Row{http_status("401 Unauthorized", R"({"error":"bad )" + token_value + "\"}"),
               "fail auth at dispatch", "<secret>"},
           Row{http_status("403 Forbidden"), "fail forbidden at dispatch", "status 403"},
           Row{http_status("404 Not Found", "{}"), "fail status at dispatch", "status 404"},
           Row{http_status("429 Too Many", "", "Retry-After: 7\r\n"), "fail rate_limited at dispatch",
               "retry after 7"},
           Row{http_status("500 Oops", "boom"), "fail status at dispatch", "boom"},
           Row{http_status("503 Busy", login), "fail status at dispatch", "an HTML page \"Sign in\""},
           Row{"HTTP/1.1 502 Bad\r\nContent-Length: 999\r\n\r\nhalf", "fail status at dispatch", "half"},
           Row{http_ok("text/html", login), "fail protocol at dispatch",
               "an HTML page \"Sign in\" with a password field"},
           Row{http_ok("text/plain", streams::ag_ui), "fail protocol at dispatch",
               "wanted an event stream, got data:"},
           Row{http_ok("application/json", R"({"ok":true})"), "fail protocol at dispatch",
               "wanted an event stream"},
           Row{http_status("204 No Content"), "fail protocol at dispatch", "an empty body"},
           Row{"SSH-2.0-OpenSSH\r\n", "fail protocol at dispatch", "SSH-2.0"},
       }) {
    serve(row.answer);
    const Told told = run("preset: ag_ui\n    credentials: canary");
    EXPECT_EQ(told.verdict(), row.verdict) << testing::PrintToString(told);
    EXPECT_THAT(told.result.detail, HasSubstr(row.words));
  }
}

TEST_F(OverHttp, ARedirectIsNotFollowed) {
  test::Peer elsewhere(loop_.io, test::answer(http_status("200 OK")));
  serve(http_status("307 Moved", "", "Location: " + elsewhere.url("/steal?token=x") + "\r\n"));
  const Told told = run("preset: ag_ui\n    credentials: canary");
  EXPECT_EQ(told.verdict(), "fail status at dispatch");
  EXPECT_THAT(told.result.detail, AllOf(HasSubstr("/steal"), Not(HasSubstr("token=x"))));
  settle();
  EXPECT_EQ(elsewhere.accepted(), 0u);
}

TEST_F(OverHttp, SilenceBeforeTheHeadIsNoStart) {
  serve([](Connection& c, const std::string&) -> Awaitable<void> { co_await c.hold(); });
  const Told told = run();
  EXPECT_EQ(told.verdict(), "fail no_start at dispatch");
  EXPECT_THAT(told.result.detail, AllOf(HasSubstr("connected in"), HasSubstr("request sent, 0 of 4 events")));
  EXPECT_LT(told.took, 2s);
}

TEST_F(OverHttp, WhatNeverEndsIsCutShort) {
  const auto flood = [this](std::string head, std::string piece) {
    serve([head, piece](Connection& c, const std::string&) -> Awaitable<void> {
      co_await c.write(head);
      for (;;) {
        co_await c.write(piece);
        co_await c.wait(0ms);
      }
    });
  };
  flood(stream_head + chunk(sse({R"({"type":"RUN_STARTED"})"})), chunk(sse({R"({"type":"RAW","event":1})"})));
  EXPECT_EQ(run("preset: ag_ui", 500ms).verdict(), "fail stalled at chain");
  flood(stream_head + chunk("data: "), chunk(std::string(4096, 'x')));
  EXPECT_EQ(run().verdict(), "fail too_large at dispatch");
  flood(stream_head, chunk(": comment\n\n"));
  EXPECT_EQ(run().verdict(), "fail no_start at dispatch");
  flood(stream_head, chunk(":" + std::string(64 * 1024, 'x') + "\n\n"));
  EXPECT_THAT(run().verdict(), testing::AnyOf("fail too_large at dispatch", "fail no_start at dispatch"));
  flood("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunk(std::string(4096, 'x')));
  EXPECT_THAT(run("preset: json\n    body: '\"{{question}}\"'").verdict(), "fail too_large at dispatch");
  flood("HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n", chunk(std::string(4096, 'x')));
  EXPECT_EQ(run().verdict(), "fail status at dispatch");
}

TEST_F(OverHttp, WhatIsNoAnswerIsToldThoughItHasNotEnded) {
  for (const auto& [head, verdict] : {std::pair{"HTTP/1.1 500 Oops", "fail status at dispatch"},
                                      {"HTTP/1.1 200 OK", "fail protocol at dispatch"}}) {
    serve([head](Connection& c, const std::string&) -> Awaitable<void> {
      co_await c.write(std::string(head) + "\r\nContent-Length: 99\r\n\r\nhalf");
      co_await c.hold();
    });
    const Told told = run();
    EXPECT_EQ(told.verdict(), verdict);
    EXPECT_THAT(told.result.detail, HasSubstr("half"));
  }
}

TEST_F(OverHttp, ATokenGivenBackIsNoEvidence) {
  std::string events = streams::ag_ui;
  events.insert(events.find("data: ", 6),
                sse({R"({"type":"CUSTOM","name":"debug","value":")" + token_value + " k-123456\"}"}));
  stream(events);
  const Told told = run("preset: ag_ui\n    credentials: canary\n    headers: {X-Key: k-123456}");
  EXPECT_EQ(told.verdict(), "pass");
  EXPECT_THAT(told.frames(), AllOf(HasSubstr("<secret> <secret>"), Not(HasSubstr("k-123456"))));
}

}  // namespace
}  // namespace answerback::probes
