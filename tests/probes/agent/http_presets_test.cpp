// The protocols of agents over HTTP, each with what it alone can do wrong, and their settings.

#include <boost/json.hpp>

#include "probes/agent/http_peer.h"
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

// --- LangGraph
// -----------------------------------------------------------------------------------------------

class OnLangGraph : public OverHttp {
 protected:
  // Threads are made and deleted; the run is the test's.
  void serve_run(Answer run_answer) {
    serve([this, run_answer](Connection& c, const std::string& request) -> Awaitable<void> {
      if (request.starts_with("POST /agent/threads?"))
        co_await c.write(http_ok("application/json", R"({"thread_id":"thread-7","status":"idle"})"));
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
  deleted_ = http_status("500 Oops");
  serve_run([](Connection& c, const std::string& request) -> Awaitable<void> {
    co_await c.write(stream_head + chunk(answered(streams::langgraph, request)) + last_chunk);
  });
  const Told told = run("preset: langgraph");
  EXPECT_EQ(told.verdict(), "pass");
  EXPECT_THAT(told.frames(), HasSubstr("status 500"));
}

TEST_F(OnLangGraph, WithoutAThreadNothingIsAsked) {
  serve(http_status("401 Unauthorized"));
  const Told told = run("preset: langgraph");
  EXPECT_EQ(told.verdict(), "fail auth at transfer") << testing::PrintToString(told);
  EXPECT_THAT(paths()[0], StartsWith("POST /agent/threads"));
  EXPECT_THAT(told.frames(), Not(HasSubstr("runs")));
}

TEST_F(OnLangGraph, AThreadThatMayHaveBeenMadeIsDeleted) {
  serve([](Connection& c, const std::string& request) -> Awaitable<void> {
    if (request.starts_with("DELETE ")) co_await c.write(http_status("404 Not Found"));
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
      co_await c.write(http_ok("application/json", "{}"));
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
      co_await c.write(http_ok("application/json", R"({"name":"a","url":"http://localhost:9/"})"));
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
