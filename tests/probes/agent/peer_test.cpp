// Sessions and agents against a server played by hand: what the demo platform does not do.

#include <boost/json.hpp>

#include "probes/agent/agent.h"
#include "probes/agent/harness.h"
#include "probes/shared/platform/event.h"
#include "probes/websocket/websocket.h"
#include "unit/net/websocket_lab.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using test::Connection;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
template <class T>
using Awaitable = asio::awaitable<T>;

const std::string welcome = R"({"type":"connection_established","data":{"user_id":"me"}})";
const std::string keys = "limits: {first_event: 300ms, gap: 300ms, tool: 400ms, completion: 3s}";

Awaitable<void> say(Connection& c, std::string text) { co_await c.write(net::frame(net::text_frame, text)); }

// The next message of the client as JSON; a close is answered and ends the script.
Awaitable<boost::json::object> hear(Connection& c) {
  for (;;) {
    const net::ClientFrame frame = co_await net::read_frame(c);
    if (frame.opcode == net::close_frame) {
      co_await c.write(net::closing(1000));
      co_await c.hold();
    }
    if (frame.opcode == net::text_frame) co_return boost::json::parse(frame.payload).as_object();
  }
}

std::string type_of(const boost::json::object& message) {
  return std::string(message.at("type").as_string());
}

// What is asked, and the answer to it.
struct Question {
  std::string type, text;
  std::string answer() const {
    unsigned long product = 1, number = 0;
    bool inside = false;
    for (const char c : text + " ") {
      const bool digit = c >= '0' && c <= '9';
      if (digit) number = number * 10 + static_cast<unsigned long>(c - '0');
      if (inside && !digit) product *= std::exchange(number, 0UL);
      inside = digit;
    }
    return "It is " + std::to_string(product) + ".";
  }
};

Awaitable<Question> question(Connection& c) {
  for (;;) {
    const boost::json::object message = co_await hear(c);
    if (const auto* payload = message.if_contains("payload"))
      co_return Question{type_of(message), std::string(payload->at("user_request").as_string())};
  }
}

Awaitable<void> event(Connection& c, std::string name, std::string run, std::string answer = {}) {
  boost::json::object data{{"run_id", run}, {"user_id", "me"}};
  if (!answer.empty()) data["final_response"] = answer;
  co_await say(c, boost::json::serialize(boost::json::object{{"type", name}, {"data", data}}));
}

Awaitable<void> chain(Connection& c, std::string run, std::string answer) {
  for (const std::string_view name : usual_chain)
    co_await event(c, std::string(name), run, name == "agent_completed" ? answer : "");
}

class WithPeer : public testing::Test {
 protected:
  // Upgrades, then plays the script; afterwards listens on until the client goes.
  void serve(test::Peer::Script script, std::string more = {}) {
    bench_.reset();
    peer_.emplace(loop_.io, [script, more](Connection& c) -> Awaitable<void> {
      co_await c.write(net::accepted(co_await c.read_http(), more));
      co_await script(c);
      for (;;) co_await hear(c);
    });
  }
  Told run(const ProbeType& type = agent, const std::string& more = {}, Duration timeout = 4s) {
    if (!bench_) {
      loop_.credentials.use(credentials_of("a-secret-of-at-least-32-bytes-length"));
      bench_ = std::make_unique<Bench>(loop_, type, "ws" + peer_->url("/ws").substr(4),
                                       (&type == &agent ? keys : "timeout: 4s") + more);
    }
    const Told told = bench_->run(timeout);
    EXPECT_THAT(peer_->errors(), testing::IsEmpty());
    return told;
  }
  Loop loop_;
  std::optional<test::Peer> peer_;
  std::unique_ptr<Bench> bench_;
};

TEST_F(WithPeer, TheHandshakeIsDoneBeforeAnythingIsAsked) {
  std::vector<std::string> heard;
  serve([&](Connection& c) -> Awaitable<void> {
    co_await say(c, welcome);
    co_await say(c, R"({"type":"handshake_response","thread_id":"T7","run_id":"R7"})");
    const auto first = co_await hear(c);
    heard.push_back(boost::json::serialize(first));
    co_await c.wait(50ms);
    co_await say(c, R"({"type":"handshake_complete"})");
    const Question asked = co_await question(c);
    heard.push_back(asked.type);
    co_await chain(c, "R1", asked.answer());
  });
  // The welcome may come on either side of the handshake: behind it, nothing is asked too early.
  const Told told = run(agent, "\n    welcome: {json: {/type: handshake_complete}}");
  EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
  EXPECT_THAT(heard,
              testing::ElementsAre(R"({"type":"handshake_acknowledged","thread_id":"T7"})", "start_agent"));
}

TEST_F(WithPeer, WhatWasAskedBeforeTheHandshakeIsAskedAgainAfterIt) {
  std::vector<std::string> heard;
  const auto listen = [&](Connection& c) -> Awaitable<void> { heard.push_back(type_of(co_await hear(c))); };
  serve([&](Connection& c) -> Awaitable<void> {
    co_await say(c, welcome);
    co_await listen(c);  // dropped, as the platform does before the dialogue
    co_await say(c, R"({"type":"handshake_response","thread_id":"T7","run_id":"R7"})");
    co_await listen(c);
    co_await say(c, R"({"type":"handshake_complete"})");
    const Question asked = co_await question(c);
    heard.push_back(asked.type);
    co_await chain(c, "R1", asked.answer());
  });
  const Told told = run();
  EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
  EXPECT_THAT(heard, testing::ElementsAre("start_agent", "handshake_acknowledged", "start_agent"));
}

TEST_F(WithPeer, AHandshakeThatIsNotCompletedIsNoWelcome) {
  serve([](Connection& c) -> Awaitable<void> {
    co_await say(c, R"({"type":"handshake_response","thread_id":"T7"})");
    co_await say(c, welcome);
  });
  const Told told = run(agent, "", 400ms);
  EXPECT_EQ(told.verdict(), "fail no_welcome at welcome");
  EXPECT_THAT(told.result.detail, HasSubstr("handshake was not completed"));
}

TEST_F(WithPeer, AnAnswerToTheRunBeforeIsLateAndNeverAPass) {
  Question before;
  int connections = 0;
  serve([&](Connection& c) -> Awaitable<void> {
    const int connection = connections++;
    co_await say(c, welcome);
    const Question asked = co_await question(c);
    if (connection == 0) {
      before = asked;
      co_return;
    }
    co_await chain(c, "R-old", before.answer());
    if (connection == 2) co_await chain(c, "R-new", asked.answer());
    before = asked;
  });
  EXPECT_EQ(run().verdict(), "fail no_start at dispatch");
  const Told late = run();
  EXPECT_EQ(late.verdict(), "fail late at dispatch") << testing::PrintToString(late);
  const Told good = run();
  EXPECT_EQ(good.verdict(), "pass") << testing::PrintToString(good);
  EXPECT_THAT(good.result.detail, HasSubstr("5 late events of earlier runs ignored"));
}

TEST_F(WithPeer, APlatformMayUseOneRunIdForAll) {
  int connections = 0;
  serve([&](Connection& c) -> Awaitable<void> {
    co_await say(c, welcome);
    const Question asked = co_await question(c);
    if (connections++ == 1) {
      co_await event(c, "agent_started", "R1");
      co_return;
    }
    co_await chain(c, "R1", asked.answer());
  });
  EXPECT_EQ(run().verdict(), "pass");
  EXPECT_EQ(run().verdict(), "fail stalled at chain");
  for (int i = 0; i < 2; ++i) {
    const Told told = run();
    EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
  }
}

TEST_F(WithPeer, SaysGoodbyeWhateverHappened) {
  std::string goodbye;
  const auto until_goodbye = [&](Connection& c) -> Awaitable<void> {
    for (;;) {
      const net::ClientFrame frame = co_await net::read_frame(c);
      if (frame.opcode != net::close_frame) continue;
      goodbye = frame.payload;
      co_await c.write(net::closing(1000));
      co_await c.hold();
    }
  };
  const auto expect_goodbye = [&](const Told& told, const std::string& verdict) {
    EXPECT_EQ(told.verdict(), verdict);
    EXPECT_EQ(goodbye, "\x03\xe8") << verdict;  // 1000
    goodbye.clear();
  };
  serve([&](Connection& c) -> Awaitable<void> { co_await until_goodbye(c); });
  expect_goodbye(run(websocket, "", 500ms), "fail no_welcome at welcome");
  serve([&](Connection& c) -> Awaitable<void> {
    co_await say(c, welcome);
    co_await until_goodbye(c);
  });
  expect_goodbye(run(websocket), "pass");
  serve([&](Connection& c) -> Awaitable<void> {
    co_await say(c, welcome);
    co_await event(c, "agent_started", "R1");
    co_await until_goodbye(c);
  });
  expect_goodbye(run(agent, "", 600ms), "fail stalled at chain");
  serve([&](Connection& c) -> Awaitable<void> {
    co_await say(c, R"({"type":"error_message","error_code":"NO_TOKEN"})");
    co_await until_goodbye(c);
  });
  expect_goodbye(run(agent), "fail auth at welcome");
}

TEST_F(WithPeer, AServerMaySayInAnErrorThatItDoesNotKnowTheRequest) {
  serve([](Connection& c) -> Awaitable<void> {
    co_await say(c, welcome);
    co_await say(c, R"({"type":"error","error":"Unknown message type: pong"})");  // not ours that asks
    const Question asked = co_await question(c);
    co_await say(c, R"({"type":"error","error":"Unknown message type: )" + asked.type + "\"}");
  });
  const Told told = run();
  EXPECT_EQ(told.verdict(), "fail request_unrecognised at dispatch");
  EXPECT_THAT(told.result.detail, HasSubstr("does not know start_agent"));
}

TEST_F(WithPeer, WhoNeverSaysGoodbyeDoesNotCostUsWhatWeKnow) {
  serve([](Connection& c) -> Awaitable<void> {
    co_await say(
        c, R"({"type":"system_message","data":{"event":"connection_established","startup_complete":false}})");
    co_await c.hold();
  });
  Told told = run(websocket, "", 400ms);
  EXPECT_EQ(told.verdict(), "fail no_welcome at welcome");
  EXPECT_THAT(told.result.detail, HasSubstr("has not started up yet"));
  serve([](Connection& c) -> Awaitable<void> {
    co_await say(c, welcome);
    co_await c.hold();
  });
  told = run(agent, "", 1s);
  EXPECT_EQ(told.verdict(), "fail no_start at dispatch");
  EXPECT_THAT(told.result.detail, HasSubstr("0 of 5 events"));
}

TEST_F(WithPeer, AnAcknowledgementIsNoVerdictWhenTheChainComes) {
  serve([](Connection& c) -> Awaitable<void> {
    co_await say(c, welcome);
    const Question asked = co_await question(c);
    co_await say(c, R"({"type":"ack","received_type":"start_agent"})");
    co_await c.wait(30ms);
    co_await chain(c, "R1", asked.answer());
  });
  EXPECT_EQ(run().verdict(), "pass");
}

TEST_F(WithPeer, AnAcknowledgementOfTheControlRequestSaysNothingOfOurs) {
  serve([](Connection& c) -> Awaitable<void> {
    co_await say(c, welcome);
    co_await question(c);
    co_await say(c, R"({"type":"ack","received_type":")" + (co_await question(c)).type + "\"}");
  });
  EXPECT_EQ(run().verdict(), "fail no_start at dispatch");
}

TEST_F(WithPeer, TheFirstAnswerAfterTheControlRequestIsJustLate) {
  serve([](Connection& c) -> Awaitable<void> {
    co_await say(c, welcome);
    const Question first = co_await question(c);
    co_await question(c);
    co_await chain(c, "R1", first.answer());
  });
  const Told told = run();
  EXPECT_EQ(told.verdict(), "fail no_start at dispatch") << testing::PrintToString(told);
  EXPECT_THAT(told.result.detail, HasSubstr("the first event came only after "));
}

TEST_F(WithPeer, AnEndThatWasANestedAgentsIsNotTheEnd) {
  serve([](Connection& c) -> Awaitable<void> {
    co_await say(c, welcome);
    const Question asked = co_await question(c);
    co_await chain(c, "R1", "a first thought");
    co_await c.wait(50ms);
    co_await event(c, "agent_thinking", "R1");
    co_await event(c, "agent_completed", "R1", asked.answer());
  });
  EXPECT_EQ(run().verdict(), "pass");
}

TEST_F(WithPeer, FragmentsAndRubbishBetweenGoodEventsLoseNothing) {
  serve([](Connection& c) -> Awaitable<void> {
    co_await say(c, welcome);
    const Question asked = co_await question(c);
    const std::string huge(5 * 1024 * 1024, 'x');
    for (const std::string_view name : usual_chain) {
      boost::json::object data{{"run_id", "R1"}, {"final_response", asked.answer()}};
      const std::string text = boost::json::serialize(boost::json::object{{"type", name}, {"data", data}});
      co_await c.write(net::frame(net::text_frame, text.substr(0, 7), false));
      co_await c.write(net::frame(net::ping, "still there?"));
      co_await c.write(net::frame(net::continuation, "", false));
      co_await c.write(net::frame(net::continuation, text.substr(7)));
      co_await say(c, "{\"type\":");
      co_await c.write(net::frame(net::binary, std::string("\x00\xff", 2)));
      if (name == "agent_thinking") co_await say(c, huge);
    }
  });
  const Told told = run();
  EXPECT_EQ(told.verdict(), "pass") << told.result.detail;
  EXPECT_THAT(told.result.detail, AllOf(HasSubstr("5 of 5"), HasSubstr("9 frames not understood")));
}

TEST_F(WithPeer, APlatformThatUsesAnIdAgainIsToldFromOneThatIsSilent) {
  serve([](Connection& c) -> Awaitable<void> {
    co_await say(c, welcome);
    co_await question(c);
    co_await event(c, "agent_started", "R1");
    co_await event(c, "agent_thinking", "R1");
  });
  for (int i = 0; i < 2; ++i) {
    const Told told = run();
    EXPECT_EQ(told.verdict(), "fail stalled at chain") << testing::PrintToString(told);
    EXPECT_THAT(told.result.detail, HasSubstr("2 of 5 events"));
  }
}

TEST_F(WithPeer, AnErrorUnderAnIdUsedAgainIsStillTheError) {
  serve([](Connection& c) -> Awaitable<void> {
    co_await say(c, welcome);
    co_await question(c);
    co_await event(c, "agent_started", "R1");
    co_await event(c, "agent_error", "R1");
  });
  EXPECT_EQ(run().verdict(), "fail agent_error at chain");
  EXPECT_EQ(run().verdict(), "fail agent_error at chain");
}

TEST_F(WithPeer, EventsMayComeTogether) {
  for (const bool list : {true, false}) {
    serve([list](Connection& c) -> Awaitable<void> {
      co_await say(c, welcome);
      const Question asked = co_await question(c);
      std::string text;
      for (const std::string_view name : usual_chain) {
        const boost::json::object data{{"run_id", "R1"}, {"final_response", asked.answer()}};
        text += (text.empty() ? ""
                 : list       ? ","
                              : "\n") +
                boost::json::serialize(boost::json::object{{"type", name}, {"data", data}});
      }
      co_await say(c, list ? "[" + text + "]" : text);
    });
    EXPECT_EQ(run().verdict(), "pass") << list;
  }
}

TEST_F(WithPeer, WhatWasNotUnderstoodIsNoSilence) {
  serve([](Connection& c) -> Awaitable<void> {
    co_await say(c, welcome);
    const Question asked = co_await question(c);
    for (const char* name : {"agentStarted", "agentCompleted"}) co_await event(c, name, "R1", asked.answer());
  });
  const Told told = run();
  EXPECT_EQ(told.verdict(), "fail no_start at dispatch");
  EXPECT_THAT(told.result.detail, AllOf(HasSubstr("2 frames not understood: agentCompleted, agentStarted"),
                                        Not(HasSubstr("silence"))));
}

TEST_F(WithPeer, AnErrorThatIsGotOverIsAWarning) {
  for (const char* name : {"error", "agent_error"}) {
    serve([name](Connection& c) -> Awaitable<void> {
      co_await say(c, welcome);
      const Question asked = co_await question(c);
      co_await event(c, "agent_started", "R1");
      co_await event(c, name, "R1");
      co_await c.wait(50ms);
      co_await chain(c, "R1", asked.answer());
    });
    const Told told = run();
    EXPECT_EQ(told.verdict(), "warn agent_error at answer") << testing::PrintToString(told);
    EXPECT_THAT(told.result.detail, HasSubstr("the answer is right, in spite of"));
  }
}

TEST_F(WithPeer, AnErrorIsToBlameForWhatFollows) {
  const auto ends = [&](auto end) {
    serve([end](Connection& c) -> Awaitable<void> {
      co_await say(c, welcome);
      co_await question(c);
      co_await event(c, "agent_started", "R1");
      co_await say(c, R"({"type":"agent_error","data":{"run_id":"R1","message":"out of quota"}})");
      co_await end(c);
    });
    const Told told = run();
    EXPECT_TRUE(told.verdict().starts_with("fail agent_error at ")) << testing::PrintToString(told);
    EXPECT_THAT(told.result.detail, HasSubstr("agent_error: out of quota, 1 of 5 events"));
  };
  ends([](Connection&) -> Awaitable<void> { co_return; });
  ends([](Connection& c) -> Awaitable<void> { co_await c.write(net::closing(1011)); });
  ends([](Connection& c) -> Awaitable<void> { co_await chain(c, "R1", "I am sorry."); });
  ends([](Connection& c) -> Awaitable<void> { co_await event(c, "agent_completed", "R1"); });
  ends([](Connection& c) -> Awaitable<void> { co_await event(c, "agent_thinking", "R1"); });
}

TEST_F(WithPeer, AnEndThatSaysItFailedIsAnError) {
  serve([](Connection& c) -> Awaitable<void> {
    co_await say(c, welcome);
    co_await question(c);
    for (const std::string_view name : usual_chain) {
      if (name != "agent_completed") co_await event(c, std::string(name), "R1");
    }
    co_await say(c, R"({"type":"agent_completed","run_id":"R1","status":"failed","error":"LLM timeout"})");
  });
  const Told told = run();
  EXPECT_EQ(told.verdict(), "fail agent_error at answer");
  EXPECT_THAT(told.result.detail, HasSubstr("says itself that the run failed: LLM timeout"));
}

// It says no goodbye either; the words must be out before the deadline.
TEST_F(WithPeer, AServerThatFreezesDoesNotTakeTheVerdictWithIt) {
  for (const bool started : {false, true}) {
    serve([started](Connection& c) -> Awaitable<void> {
      co_await say(c, welcome);
      co_await question(c);
      if (started) co_await event(c, "agent_started", "R1");
      co_await c.hold();
    });
    const Told told = run(agent, "\n    control: false", 600ms);
    EXPECT_EQ(told.verdict(), started ? "fail stalled at chain" : "fail no_start at dispatch");
    EXPECT_LT(told.took, 600ms) << "killed at its deadline, and told as late";
  }
}

TEST_F(WithPeer, AServerThatClosesInTheMiddle) {
  serve([](Connection& c) -> Awaitable<void> {
    co_await say(c, welcome);
    co_await question(c);
    co_await event(c, "agent_started", "R1");
    co_await c.write(net::closing(1012, "deploying"));
  });
  const Told told = run();
  EXPECT_EQ(told.verdict(), "fail closed at chain") << testing::PrintToString(told);
  EXPECT_THAT(told.result.detail, AllOf(HasSubstr("1012"), HasSubstr("1 of 5 events")));
}

// Some tell all sockets of a user of all runs of that user, and a second prober is the same user.
TEST_F(WithPeer, ARunOfOurUserBesideOursDoesNotTakeItsPlace) {
  using Play = std::function<Awaitable<void>(Connection&, std::string)>;
  const auto name_of = [](std::size_t i) { return std::string(usual_chain[i]); };
  const Play before = [](Connection& c, std::string answer) -> Awaitable<void> {
    co_await chain(c, "R9", "It is 12.");
    co_await chain(c, "R1", answer);
  };
  const Play late = [name_of](Connection& c, std::string answer) -> Awaitable<void> {
    co_await chain(c, "R9", "It is 12.");
    co_await event(c, name_of(0), "R1");
    for (std::size_t i = 1; i < 5; ++i) {
      co_await c.wait(100ms);
      co_await event(c, name_of(i), "R1", i == 4 ? answer : "");
    }
  };
  const Play interleaved = [name_of](Connection& c, std::string answer) -> Awaitable<void> {
    for (std::size_t i = 0; i < 5; ++i) {
      co_await event(c, name_of(i), "R9", i == 4 ? "It is 12." : "");
      co_await event(c, name_of(i), "R1", i == 4 ? answer : "");
    }
  };
  for (const Play& play : {before, late, interleaved}) {
    serve([play](Connection& c) -> Awaitable<void> {
      co_await say(c, welcome);
      const Question asked = co_await question(c);
      co_await play(c, asked.answer());
    });
    EXPECT_EQ(run().verdict(), "pass");
  }
  serve([](Connection& c) -> Awaitable<void> {  // a sub-agent that knew better
    co_await say(c, welcome);
    const Question asked = co_await question(c);
    for (std::size_t i = 0; i < 4; ++i) co_await event(c, std::string(usual_chain[i]), "R1");
    co_await chain(c, "R2", asked.answer());
    co_await event(c, "agent_completed", "R1", "I cannot say.");
  });
  EXPECT_EQ(run().verdict(), "fail answer_wrong at answer");
}

// Handlers end, and their sockets with them, once they have said everything.
TEST_F(WithPeer, AServerThatHangsUpAfterItsLastWordIsJudgedByThat) {
  struct Row {
    std::string answer, verdict;
    bool whole = true;
  };
  for (const unsigned code : {1000U, 1001U, 1011U}) {
    for (const Row& row : {Row{"Agent processed your message: hello", "fail synthetic at answer"},
                           Row{"It is 12.", "fail answer_wrong at answer"},
                           Row{"It is 12.", "fail chain_incomplete at answer", false}}) {
      serve([row, code](Connection& c) -> Awaitable<void> {
        co_await say(c, welcome);
        co_await question(c);
        if (row.whole)
          co_await chain(c, "R1", row.answer);
        else
          co_await event(c, "agent_completed", "R1", row.answer);
        co_await c.write(net::closing(code));
      });
      const Told told = run();
      EXPECT_EQ(told.verdict(), row.verdict) << testing::PrintToString(told);
      EXPECT_LT(told.took, 1s) << "there is nothing to wait for";
    }
  }
}

TEST_F(WithPeer, AnErrorInPlaceOfTheWelcomeIsQuoted) {
  serve([](Connection& c) -> Awaitable<void> {
    co_await say(c, R"({"type":"error","message":"starting up, try again"})");
  });
  const Told told = run(agent, {}, 500ms);
  EXPECT_EQ(told.verdict(), "fail no_welcome at welcome");
  EXPECT_THAT(told.result.detail, HasSubstr("only an error: starting up, try again"));
}

TEST_F(WithPeer, SignInMayFailInTheMiddle) {
  serve([](Connection& c) -> Awaitable<void> {
    co_await say(c, welcome);
    co_await question(c);
    co_await say(c, R"({"type":"error_message","error_code":"TOKEN_EXPIRED","message":"expired"})");
  });
  EXPECT_EQ(run().verdict(), "fail auth at dispatch");
}

TEST_F(WithPeer, TooManyConnectionsAreALimit) {
  serve([](Connection& c) -> Awaitable<void> {
    co_await say(c, R"({"type":"error_message","error_code":"CONNECTION_LIMIT","message":"Too many"})");
    co_await c.write(net::closing(1008));
  });
  EXPECT_EQ(run().verdict(), "fail rate_limited at welcome");
}

TEST_F(WithPeer, AFloodOfProgressEndsInTime) {
  serve([](Connection& c) -> Awaitable<void> {
    co_await say(c, welcome);
    co_await question(c);
    co_await event(c, "agent_started", "R1");
    for (;;) {
      co_await say(c, R"({"type":"progress_update","data":{"run_id":"R1"}})");
      co_await c.wait(1ms);
    }
  });
  const Told told = run(agent, "", 500ms);
  EXPECT_EQ(told.verdict(), "fail stalled at chain") << testing::PrintToString(told);
}

TEST_F(WithPeer, ASocketThatIsNeverClosedIsDroppedAtTheDeadline) {
  serve([](Connection& c) -> Awaitable<void> {
    co_await say(c, welcome);
    co_await c.hold();
  });
  EXPECT_EQ(run(websocket, "", 400ms).verdict(), "pass");
}

TEST_F(WithPeer, AGatewayThatRefusesInTheAppsPlaceIsNamed) {
  const auto refuse = [&](std::string answer) {
    bench_.reset();
    peer_.emplace(loop_.io, [answer](Connection& c) -> Awaitable<void> {
      co_await c.read_http();
      co_await c.write(answer);
    });
    const Told told = run();
    EXPECT_EQ(told.verdict(), "fail upgrade_refused at upgrade");
    return told.result.detail;
  };
  EXPECT_EQ(refuse("HTTP/1.1 502 Bad Gateway\r\nServer: Caddy\r\nContent-Length: 0\r\n\r\n"),
            "the server answered 502 to the upgrade; made by Caddy in front, not by the app");
  EXPECT_EQ(refuse("HTTP/1.1 503 No\r\nServer: uvicorn\r\nContent-Length: 8\r\n\r\nstarting"),
            "the server answered 503 to the upgrade: starting");
}

TEST_F(WithPeer, NoSubprotocolSelectedIsAWarning) {
  serve([](Connection& c) -> Awaitable<void> { co_await say(c, welcome); });
  EXPECT_EQ(run(websocket, "\n    subprotocols: chat").verdict(), "warn subprotocol at welcome");
  serve([](Connection& c) -> Awaitable<void> { co_await say(c, welcome); },
        "Sec-WebSocket-Protocol: jwt-auth\r\n");
  EXPECT_EQ(run(websocket, "\n    credentials: canary\n    send_token: subprotocol").verdict(), "pass");
}

TEST_F(WithPeer, ATokenGivenBackIsNoEvidence) {
  std::string token;
  serve([&](Connection& c) -> Awaitable<void> {
    const boost::json::object first = co_await hear(c);
    token = first.at("token").as_string();
    co_await say(c, R"({"type":"connection_established","echo":")" + token + " " + base64url(token) + "\"}");
  });
  const Told told = run(websocket, "\n    credentials: canary\n    send_token: message");
  EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
  ASSERT_GT(token.size(), 100U);
  EXPECT_THAT(told.frames(),
              AllOf(HasSubstr("<token> <token>"), Not(HasSubstr(token)), Not(HasSubstr(base64url(token)))));
}

TEST_F(WithPeer, AnyFirstWordWelcomesUnlessMoreIsWanted) {
  serve([](Connection& c) -> Awaitable<void> { co_await say(c, R"(0{"sid":"x"})"); });
  EXPECT_EQ(run(websocket).verdict(), "pass");
  serve([](Connection& c) -> Awaitable<void> { co_await say(c, R"({"type":"error","message":"boom"})"); });
  const Told told = run(websocket, "", 300ms);
  EXPECT_EQ(told.verdict(), "fail no_welcome at welcome");
  EXPECT_THAT(told.result.detail, HasSubstr("boom"));
}

}  // namespace
}  // namespace answerback::probes
