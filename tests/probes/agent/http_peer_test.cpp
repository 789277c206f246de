// Agents over HTTP, asked by the real probe, played by servers that misbehave.

#include <boost/json.hpp>
#include <map>

#include "net/url.h"
#include "probes/agent/agent.h"
#include "probes/agent/codecs.h"
#include "probes/agent/harness.h"
#include "probes/agent/settings.h"
#include "unit/net/websocket_lab.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using test::Connection;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
template <class T>
using Awaitable = asio::awaitable<T>;

const std::string limits = "limits: {first_event: 200ms, gap: 200ms, tool: 300ms, completion: 3s}";
const std::string token_value = "token-of-the-canary-that-nobody-may-see";

std::string ok(const std::string& type, const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}
std::string status(const std::string& line, const std::string& body = "", const std::string& headers = "") {
  return "HTTP/1.1 " + line + "\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}
const std::string stream_head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n";
std::string chunk(const std::string& text) {
  char size[20];
  std::snprintf(size, sizeof size, "%zx\r\n", text.size());
  return size + text + "\r\n";
}
const std::string last_chunk = "0\r\n\r\n";

// The product of the two numbers in what was asked.
std::string product_in(const std::string& request) {
  const std::size_t at = request.find("product of ");
  if (at == std::string::npos) return "";
  unsigned long left = 0, right = 0;
  if (std::sscanf(request.c_str() + at, "product of %lu and %lu", &left, &right) != 2) return "";
  return std::to_string(left * right);
}

// A stream with the answer in the place of 3901.
std::string answered(std::string stream, const std::string& request) {
  const std::string product = product_in(request);
  if (product.empty()) return stream;
  for (const auto& [from, to] :
       {std::pair<std::string, std::string>{"\"39\"", "\"" + product.substr(0, 2) + "\""},
        {"is 39\"", "is " + product.substr(0, 2) + "\""},
        {"\"01", "\"" + product.substr(2)},
        {"3901", product}}) {
    for (std::size_t at = 0; (at = stream.find(from, at)) != std::string::npos; at += to.size())
      stream.replace(at, from.size(), to);
  }
  const std::size_t id = request.find("\"id\":\"");  // of JSON-RPC
  if (id != std::string::npos) {
    const std::string sent = request.substr(id + 6, 36);
    for (std::size_t at = 0; (at = stream.find("M-1", at)) != std::string::npos;) stream.replace(at, 3, sent);
  }
  return stream;
}

class OverHttp : public testing::Test {
 protected:
  using Answer = std::function<Awaitable<void>(Connection&, const std::string& request)>;

  OverHttp() {
    CredentialSet set;
    set.emplace("canary", BearerCredential{Secret(token_value)});
    loop_.credentials.use(std::make_shared<const CredentialSet>(std::move(set)));
  }

  void serve(Answer answer) {
    bench_.reset();
    requests_.clear();
    peer_.emplace(loop_.io, [this, answer](Connection& c) -> Awaitable<void> {
      const std::string request = co_await c.read_http();
      requests_.push_back(request);
      co_await answer(c, request);
    });
  }
  void serve(const std::string& bytes) {
    serve([bytes](Connection& c, const std::string& request) -> Awaitable<void> {
      co_await c.write(answered(bytes, request));
    });
  }
  void serve_json(const std::string& body, const std::string& type = "application/json") {
    serve([body, type](Connection& c, const std::string& request) -> Awaitable<void> {
      co_await c.write(ok(type, answered(body, request)));
    });
  }
  // A stream of chunks, and a good end.
  void stream(const std::string& events) {
    serve([events](Connection& c, const std::string& request) -> Awaitable<void> {
      co_await c.write(stream_head + chunk(answered(events, request)) + last_chunk);
    });
  }
  Told run(const std::string& keys = "preset: ag_ui", Duration timeout = 4s) {
    if (!bench_)
      bench_ = std::make_unique<Bench>(loop_, agent, peer_->url("/agent?tenant=1"), limits + "\n    " + keys);
    const Told told = bench_->run(timeout);
    EXPECT_THAT(peer_->errors(), testing::IsEmpty());
    EXPECT_THAT(told.frames(), Not(HasSubstr(token_value)));
    EXPECT_THAT(told.result.detail, Not(HasSubstr(token_value)));
    return told;
  }
  std::vector<std::string> paths() const {
    std::vector<std::string> lines;
    for (const std::string& request : requests_) lines.push_back(request.substr(0, request.find(" HTTP")));
    return lines;
  }
  // Until the server has seen what is said at the close.
  void settle() { loop_.io.restart(), loop_.io.run_for(30ms); }

  Loop loop_;
  std::vector<std::string> requests_;
  std::optional<test::Peer> peer_;
  std::unique_ptr<Bench> bench_;
};

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

TEST_F(OverHttp, AnEncodedAnswerIsSaidToBeOne) {
  serve([](Connection& c, const std::string&) -> Awaitable<void> {
    co_await c.write(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\n"
        "Content-Length: 2\r\n\r\n\x1f\x8b");
  });
  const Told told = run();
  EXPECT_EQ(told.verdict(), "fail protocol at dispatch");
  EXPECT_THAT(told.result.detail, HasSubstr("the answer is encoded as gzip, though"));
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
           Row{status("401 Unauthorized", R"({"error":"bad )" + token_value + "\"}"), "fail auth at dispatch",
               "<secret>"},
           Row{status("403 Forbidden"), "fail forbidden at dispatch", "status 403"},
           Row{status("404 Not Found", "{}"), "fail status at dispatch", "status 404"},
           Row{status("429 Too Many", "", "Retry-After: 7\r\n"), "fail rate_limited at dispatch",
               "retry after 7"},
           Row{status("500 Oops", "boom"), "fail status at dispatch", "boom"},
           Row{status("503 Busy", login), "fail status at dispatch", "an HTML page \"Sign in\""},
           Row{"HTTP/1.1 502 Bad\r\nContent-Length: 999\r\n\r\nhalf", "fail status at dispatch", "half"},
           Row{ok("text/html", login), "fail protocol at dispatch",
               "an HTML page \"Sign in\" with a password field"},
           Row{ok("text/plain", streams::ag_ui), "fail protocol at dispatch",
               "wanted an event stream, got data:"},
           Row{ok("application/json", R"({"ok":true})"), "fail protocol at dispatch",
               "wanted an event stream"},
           Row{status("204 No Content"), "fail protocol at dispatch", "an empty body"},
           Row{"SSH-2.0-OpenSSH\r\n", "fail protocol at dispatch", "SSH-2.0"},
       }) {
    serve(row.answer);
    const Told told = run("preset: ag_ui\n    credentials: canary");
    EXPECT_EQ(told.verdict(), row.verdict) << testing::PrintToString(told);
    EXPECT_THAT(told.result.detail, HasSubstr(row.words));
  }
}

TEST_F(OverHttp, ARedirectIsNotFollowed) {
  test::Peer elsewhere(loop_.io, test::answer(status("200 OK")));
  serve(status("307 Moved", "", "Location: " + elsewhere.url("/steal?token=x") + "\r\n"));
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

// --- LangGraph
// -----------------------------------------------------------------------------------------------

class OnLangGraph : public OverHttp {
 protected:
  // Threads are made and deleted; the run is the test's.
  void serve_run(Answer run_answer) {
    serve([this, run_answer](Connection& c, const std::string& request) -> Awaitable<void> {
      if (request.starts_with("POST /agent/threads?"))
        co_await c.write(ok("application/json", R"({"thread_id":"thread-7","status":"idle"})"));
      else if (request.starts_with("DELETE "))
        co_await c.write(deleted_);
      else
        co_await run_answer(c, request);
    });
  }
  std::string deleted_ = "HTTP/1.1 204 No Content\r\n\r\n";
};

TEST_F(OnLangGraph, TheThreadIsDeletedWhateverHappened) {
  const auto expect_tidy = [this](const std::string& verdict, Duration timeout = 4s) {
    const Told told = run("preset: langgraph\n    credentials: canary", timeout);
    EXPECT_EQ(told.verdict(), verdict) << testing::PrintToString(told);
    EXPECT_THAT(paths(), ElementsAre("POST /agent/threads?tenant=1",
                                     "POST /agent/threads/thread-7/runs/stream?tenant=1",
                                     "DELETE /agent/threads/thread-7?tenant=1"));
    for (const std::string& request : requests_)
      EXPECT_THAT(request, AllOf(HasSubstr("traceparent: 00-"), HasSubstr("Bearer " + token_value)));
    return told;
  };
  serve_run([](Connection& c, const std::string& request) -> Awaitable<void> {
    co_await c.write(stream_head + chunk(answered(streams::langgraph, request)) + last_chunk);
  });
  EXPECT_THAT(expect_tidy("pass").frames(), HasSubstr("/threads/thread-7\n\ndone"));

  serve_run([](Connection& c, const std::string&) -> Awaitable<void> {
    co_await c.write(
        stream_head +
        chunk("event: metadata\ndata: {}\n\nevent: error\ndata: {\"error\":\"E\",\"message\":\"boom\"}\n\n"));
    co_await c.hold();
  });
  expect_tidy("fail agent_error at chain");
  for (const Duration timeout : {Duration(4s), Duration(400ms)}) {
    serve_run([](Connection& c, const std::string&) -> Awaitable<void> { co_await c.hold(); });
    expect_tidy("fail no_start at dispatch", timeout);
  }
}

TEST_F(OnLangGraph, AThreadThatStaysIsNoVerdict) {
  deleted_ = status("500 Oops");
  serve_run([](Connection& c, const std::string& request) -> Awaitable<void> {
    co_await c.write(stream_head + chunk(answered(streams::langgraph, request)) + last_chunk);
  });
  const Told told = run("preset: langgraph");
  EXPECT_EQ(told.verdict(), "pass");
  EXPECT_THAT(told.frames(), HasSubstr("status 500"));
}

TEST_F(OnLangGraph, WithoutAThreadNothingIsAsked) {
  serve(status("401 Unauthorized"));
  const Told told = run("preset: langgraph");
  EXPECT_EQ(told.verdict(), "fail auth at transfer") << testing::PrintToString(told);
  EXPECT_THAT(paths()[0], StartsWith("POST /agent/threads"));
  EXPECT_THAT(told.frames(), Not(HasSubstr("runs")));
}

TEST_F(OnLangGraph, AThreadThatMayHaveBeenMadeIsDeleted) {
  serve([](Connection& c, const std::string& request) -> Awaitable<void> {
    if (request.starts_with("DELETE ")) co_await c.write(status("404 Not Found"));
    co_await c.hold();
  });
  const Told told = run("preset: langgraph", 500ms);
  EXPECT_EQ(told.verdict(), "fail read_timeout at processing") << testing::PrintToString(told);
  ASSERT_EQ(requests_.size(), 2u);
  const std::string id = requests_[1].substr(22, 36);
  EXPECT_THAT(requests_[1], StartsWith("DELETE /agent/threads/" + id + "?tenant=1 "));
  EXPECT_THAT(requests_[0], HasSubstr(R"({"thread_id":")" + id + "\"}"));
}

TEST_F(OnLangGraph, WaitingAnswersAtOnceAndAn200MayBeAnError) {
  const std::string keys = "preset: langgraph\n    stream: false\n    thread: false";
  serve_json(R"({"messages":[{"type":"ai","content":"It is 3901"}]})", "text/plain");
  EXPECT_EQ(run(keys).verdict(), "pass");
  EXPECT_THAT(paths(), ElementsAre("POST /agent/runs/wait?tenant=1"));
  serve_json(R"({"__error__":{"error":"ValueError","message":"boom"}})", "text/plain");
  const Told told = run(keys);
  EXPECT_THAT(told.verdict(), StartsWith("fail agent_error"));
  EXPECT_THAT(told.result.detail, HasSubstr("ValueError: boom"));
}

// --- A2A, Responses, JSON
// ------------------------------------------------------------------------------------

TEST_F(OverHttp, A2aIsSpokenWholeAndInItsOldForm) {
  serve_json(
      R"({"jsonrpc":"2.0","id":"M-1","result":{"task":{"id":"t","artifacts":[{"artifactId":"a","parts":[{"text":"3901"}]}],"status":{"state":"TASK_STATE_COMPLETED"}}}})");
  EXPECT_EQ(run("preset: a2a\n    stream: false").verdict(), "pass");
  EXPECT_THAT(requests_[0], AllOf(HasSubstr("\r\nA2A-Version: 1.0\r\n"), HasSubstr("SendMessage")));

  stream(sse(
      {R"({"jsonrpc":"2.0","id":"M-1","result":{"kind":"task","id":"t","status":{"state":"working"}}})",
       R"({"jsonrpc":"2.0","id":"M-1","result":{"kind":"status-update","taskId":"t","final":true,"status":{"state":"completed","message":{"parts":[{"kind":"text","text":"3901"}]}}}})"}));
  EXPECT_EQ(run("preset: a2a\n    version: '0.3'").verdict(), "pass");
  EXPECT_THAT(requests_[0], AllOf(HasSubstr("message/stream"), Not(HasSubstr("A2A-Version"))));

  serve_json(R"({"jsonrpc":"2.0","id":null,"error":{"code":-32009,"message":"version 1.0 not supported"}})");
  EXPECT_EQ(run("preset: a2a").verdict(), "fail request_unrecognised at dispatch");
  serve_json(R"({"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"boom"}})");
  EXPECT_THAT(run("preset: a2a").verdict(), StartsWith("fail agent_error"));
}

TEST_F(OverHttp, ATaskThatStallsIsCancelled) {
  serve([](Connection& c, const std::string& request) -> Awaitable<void> {
    if (request.contains("CancelTask")) {
      co_await c.write(ok("application/json", "{}"));
      co_return;
    }
    const std::string whole = answered(streams::a2a, request);
    co_await c.write(stream_head + chunk(whole.substr(0, whole.find("\n\n") + 2)));
    co_await c.hold();
  });
  EXPECT_EQ(run("preset: a2a").verdict(), "fail stalled at chain");
  ASSERT_EQ(requests_.size(), 2u);
  EXPECT_THAT(requests_[1], HasSubstr(R"("params":{"id":"t"})"));
}

TEST_F(OverHttp, ACardThatLeadsElsewhereIsAWarning) {
  serve([](Connection& c, const std::string& request) -> Awaitable<void> {
    if (request.starts_with("GET /.well-known/agent-card.json "))
      co_await c.write(ok("application/json", R"({"name":"a","url":"http://localhost:9/"})"));
    else
      co_await c.write(stream_head + chunk(answered(streams::a2a, request)) + last_chunk);
  });
  EXPECT_EQ(run("preset: a2a\n    card: true").verdict(), "warn contract_drift at answer");
}

TEST_F(OverHttp, ResponsesAreTheSameOverASocket) {
  std::string heard;
  int goodbyes = 0;
  const auto over_socket = [&](std::size_t documents, bool close) {
    peer_.emplace(loop_.io, [&heard, &goodbyes, documents, close](Connection& c) -> Awaitable<void> {
      const std::string request = co_await c.read_http();
      co_await c.write(net::accepted(request));
      heard = request + (co_await net::read_frame(c)).payload;
      net::SseReader reader;
      std::vector<std::string> messages;
      reader.feed(answered(streams::responses, heard), [&](const net::SseEvent& event) {
        messages.push_back(event.data);
        return true;
      });
      for (std::size_t i = 0; i < std::min(documents, messages.size()); ++i)
        co_await c.write(net::frame(net::text_frame, messages[i]));
      if (close) co_await c.write(net::closing(1011));
      for (;;) {
        if ((co_await net::read_frame(c)).opcode != net::close_frame) continue;
        ++goodbyes;
        co_await c.write(net::closing(1000));
      }
    });
    bench_ = std::make_unique<Bench>(
        loop_, agent, "ws" + peer_->url("/v1/responses").substr(4),
        limits + "\n    preset: openai_responses\n    model: m\n    credentials: canary");
  };
  over_socket(9, false);
  const Told told = run();
  EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
  EXPECT_THAT(heard, AllOf(HasSubstr("Authorization: Bearer " + token_value),
                           HasSubstr(R"("type":"response.create")")));
  over_socket(2, false);
  EXPECT_EQ(run().verdict(), "fail stalled at chain");
  over_socket(2, true);
  EXPECT_EQ(run().verdict(), "fail closed at chain");
  goodbyes = 0;
  over_socket(0, false);
  EXPECT_EQ(run().verdict(), "fail no_start at dispatch");
  EXPECT_EQ(goodbyes, 1);
}

TEST_F(OverHttp, OneAnswerToOneRequest) {
  const std::string keys =
      "preset: json\n    body: '{\"messages\":[{\"role\":\"user\",\"content\":\"{{question}}\"}]}'\n    "
      "answer: "
      "/choices/0/message/content";
  serve_json(R"({"choices":[{"message":{"content":"It is 3901"}}]})");
  EXPECT_EQ(run(keys).verdict(), "pass");
  EXPECT_THAT(requests_[0], HasSubstr("\r\nAccept: application/json\r\n"));
  serve_json(R"({"error":{"code":"E","message":"boom"}})");
  EXPECT_THAT(run(keys).verdict(), StartsWith("fail agent_error"));
  serve_json(R"({"choices":[]})");
  EXPECT_EQ(run(keys).verdict(), "fail protocol at dispatch");
  stream(streams::ag_ui);
  EXPECT_EQ(run(keys).verdict(), "fail protocol at dispatch");
  serve([](Connection& c, const std::string&) -> Awaitable<void> {
    co_await c.write("HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{\"choices\":");
    co_await c.hold();
  });
  EXPECT_EQ(run(keys).verdict(), "fail no_start at dispatch");
}

TEST_F(OverHttp, WhatIsConfiguredGoesBeforeTheProtocolAndIsNotShown) {
  serve_json("\"It is 3901\"");
  const Told told =
      run("preset: json\n    headers: {content-type: text/x-riddle, Accept: text/plain}\n    body: "
          "'key=hidden-one "
          "{{question}}'");
  EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
  EXPECT_THAT(requests_[0],
              AllOf(HasSubstr("\r\ncontent-type: text/x-riddle\r\n"), HasSubstr("key=hidden-one "),
                    HasSubstr("\r\nAccept: text/plain\r\n"), Not(HasSubstr("application/json"))));
  EXPECT_THAT(told.frames(), AllOf(HasSubstr("the product of"), Not(HasSubstr("hidden-one"))));
}

// --- configuration
// -------------------------------------------------------------------------------------------

TEST(AgentHttpSettings, MistakesAreTold) {
  for (const auto& [keys, words] : std::initializer_list<std::pair<std::string, std::string>>{
           {"preset: ag_ui\n    state: [1]", "wants a mapping"},
           {"preset: ag_ui\n    headers: {'a b': x}", "no header name"},
           {"preset: ag_ui\n    headers: {Authorization: x}\n    credentials: canary",
            "Authorization already"},
           {"preset: openai_responses", "needs it"},
           {"preset: json", "needs one with {{question}}"},
           {"preset: json\n    body: '{{question}}'", "is no JSON once filled in"},
           {"preset: json\n    body: '\"{{question}}\"'\n    answer: choices", "begins with /"},
           {"preset: a2a\n    version: '2.0'", "must be one of"},
           {"preset: vercel_ui\n    send_token: query", "unknown key"},
           {"preset: graphql", "must be one of"},
       }) {
    Reading reading("url: 'http://a/b'\n    " + keys);
    read_agent(reading.fields());
    reading.fields().finish();
    EXPECT_THAT(reading.text(), HasSubstr(words)) << keys;
  }
  Reading ws("url: 'ws://a/b'\n    preset: ag_ui");
  read_agent(ws.fields());
  EXPECT_FALSE(ws.ok());
}

TEST(AgentHttpSettings, TheChainIsThePresets) {
  const auto chain = [](const std::string& keys) {
    Reading reading("url: 'http://a/b'\n    " + keys);
    const AgentSettings settings = read_agent(reading.fields());
    reading.fields().finish();
    EXPECT_TRUE(reading.ok()) << reading.text();
    return settings.stages.names;
  };
  EXPECT_THAT(chain("preset: langgraph"), ElementsAre("metadata", "values", "end"));
  EXPECT_THAT(chain("preset: langgraph\n    stream: false"), ElementsAre("values", "end"));
  EXPECT_THAT(chain("preset: vercel_ui"), ElementsAre("start", "text-start", "text-end", "finish"));
  EXPECT_THAT(chain("preset: ag_ui\n    chain: [RUN_STARTED, RUN_FINISHED]"),
              ElementsAre("RUN_STARTED", "RUN_FINISHED"));
}

TEST(AgentHttpSettings, AnAnswerThatComesAtOnceHasTheTimeOfAWholeOne) {
  for (const auto& [keys, limit] :
       {std::pair<std::string, Duration>{"preset: ag_ui", 15s},
        {"preset: langgraph", 15s},
        {"preset: langgraph\n    stream: false", 2min},
        {"preset: json\n    body: '\"{{question}}\"'", 2min},
        {"preset: json\n    body: '\"{{question}}\"'\n    limits: {first_event: 3s}", 3s}}) {
    Reading reading("url: 'http://a/b'\n    " + keys);
    EXPECT_EQ(read_agent(reading.fields()).limits.first_event, limit) << keys;
  }
}

}  // namespace
}  // namespace answerback::probes
