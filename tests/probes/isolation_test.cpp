#include "probes/isolation/isolation.h"

#include "probes/agent/harness.h"
#include "probes/isolation/watch.h"
#include "unit/net/websocket_lab.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using demo::Fault;
using testing::AllOf;
using testing::HasSubstr;

const Challenge sevens{"What is the product of 77 and 71?", 5467},
    elevens{"What is the product of 11 and 97?", 1067};

AgentEvent event(const std::string& name, const std::string& run, const std::string& user = {},
                 const std::string& answer = {}) {
  AgentEvent event;
  event.kind = EventKind::stage;
  event.name = name;
  event.run_id = run;
  event.user_id = user;
  event.answer = answer;
  return event;
}

struct TwoInboxes : testing::Test {
  Belongings ann{.who = "ann", .user_id = "u-ann", .marker = "QXVRKTLZBD", .product = 5467};
  Belongings bob{.who = "bob", .user_id = "u-bob", .marker = "ZZBKTRWXQL", .product = 1067};
  Inbox of_ann, of_bob;

  void ann_gets(const AgentEvent& one, std::string_view text = "{}") { of_ann.take(one, text, sevens, ann); }
  void bob_gets(const AgentEvent& one, std::string_view text = "{}") { of_bob.take(one, text, elevens, bob); }
  std::string at_bob() const {
    const auto breach = of_bob.breach(bob, ann);
    return breach ? breach->what : "";
  }
};

TEST_F(TwoInboxes, NothingOfTheOthersIsNoBreach) {
  ann_gets(event("agent_completed", "R-ann", "u-ann", "5467"));
  bob_gets(event("agent_completed", "R-bob", "u-bob", "1067"));
  EXPECT_EQ(at_bob(), "");
  EXPECT_FALSE(of_ann.breach(ann, bob));
}

TEST_F(TwoInboxes, WhatGivesAFrameAway) {
  bob_gets(event("progress", ""), R"({"echo":"My reference is QXVRKTLZBD."})");
  EXPECT_EQ(at_bob(), "bob received progress of ann, known by the words of their question");
  of_bob = {};
  bob_gets(event("agent_thinking", "", "u-ann"));
  EXPECT_EQ(at_bob(), "bob received agent_thinking of ann, known by user id u-ann");
  of_bob = {};
  bob_gets(event("agent_started", "R-ann"));
  EXPECT_EQ(at_bob(), "") << "nobody knows yet whose run that is";
  ann_gets(event("agent_completed", "R-ann", "", "It is 5,467."));
  EXPECT_EQ(at_bob(), "bob received agent_started of ann, known by run id R-ann");
  of_bob = {};
  AgentEvent threaded = event("agent_completed", "", "", "It is 5,467.");
  threaded.thread_id = "T-ann";
  ann_gets(threaded);
  threaded.answer = "";
  bob_gets(threaded);
  EXPECT_EQ(at_bob(), "bob received agent_completed of ann, known by thread id T-ann");
  of_bob = {};
  bob_gets(event("agent_completed", "", "", "It is 5467."));
  EXPECT_EQ(at_bob(), "bob received agent_completed of ann, known by the answer to their question");
}

TEST_F(TwoInboxes, WhatBothHaveProvesNothing) {
  ann_gets(event("agent_completed", "1", "", "5467"));
  bob_gets(event("agent_started", "1"));
  bob_gets(event("agent_completed", "1", "", "1067"));
  EXPECT_EQ(at_bob(), "");
  // A list of who is there is no leak.
  bob_gets(event("presence", ""), R"({"online":["u-ann","u-bob"]})");
  EXPECT_EQ(at_bob(), "");
}

TEST_F(TwoInboxes, AFloodIsNotKept) {
  for (int i = 0; i < 5000; ++i) bob_gets(event("agent_thinking", "R"));
  bob_gets(event("agent_thinking", "", "u-ann"));
  EXPECT_EQ(of_bob.frames(), 5001U);
  EXPECT_EQ(at_bob(), "") << "the first thousand are looked at";
}

class IsolationOnPlatform : public OnPlatform {
 protected:
  IsolationOnPlatform() {
    auto set = *credentials_of(secret_);
    const auto signer = std::get<JwtCredential>(set.at("canary")).signer;
    set.emplace("other", JwtCredential{signer, "", R"({"sub":"canary-2","aud":"platform"})", 5min});
    set.emplace("twin", JwtCredential{signer, "", R"({"sub":"canary-1","aud":"platform"})", 5min});
    loop_.credentials.use(std::make_shared<const CredentialSet>(std::move(set)));
  }
  Told run(const std::string& users = "[canary, other]", Duration timeout = 4s) {
    return Bench(loop_, isolation, url(), "credentials: " + users).run(timeout);
  }
};

TEST_F(IsolationOnPlatform, TwoUsersKeptApart) {
  const Told told = run();
  EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
  EXPECT_THAT(told.result.detail, HasSubstr("canary and other each got their own answer"));
  EXPECT_THAT(told.frames(), AllOf(HasSubstr("canary sent "), HasSubstr("other received ")));
  EXPECT_LT(told.took, 2s);
  settle();
  EXPECT_EQ(platform_.counters().open_sockets, 0U);
}

TEST_F(IsolationOnPlatform, ALeakIsABreachAndTheFrameIsKept) {
  platform_.faults().cause(Fault::leak);
  const Told told = run();
  EXPECT_EQ(told.verdict(), "fail isolation_breach at answer") << testing::PrintToString(told);
  EXPECT_THAT(told.result.detail, HasSubstr("known by user id canary-"));
  EXPECT_THAT(told.frames(), HasSubstr("\nbreach {\"type\":\"agent_started\""));
  settle();
  EXPECT_EQ(platform_.counters().open_sockets, 0U);
}

TEST_F(IsolationOnPlatform, SilenceProvesNothing) {
  for (const Fault fault : {Fault::agent_silent, Fault::agent_error, Fault::wrong_answer}) {
    platform_.faults().heal();
    platform_.faults().cause(fault);
    const Told told = run("[canary, other]", 1s);
    EXPECT_EQ(told.verdict(), "unknown no_evidence at answer") << testing::PrintToString(told);
    EXPECT_THAT(told.result.detail, HasSubstr("got no answer of their own"));
  }
}

TEST_F(IsolationOnPlatform, ALeakIsABreachThoughTheAgentFails) {
  platform_.faults().cause(Fault::leak);
  platform_.faults().cause(Fault::agent_dies);
  EXPECT_EQ(run("[canary, other]", 1s).result.reason, Reason::isolation_breach);
}

TEST_F(IsolationOnPlatform, ASocketThatDoesNotAnswerIsNotProvedAlive) {
  platform_.faults().cause(Fault::no_pong);
  const Told told = run("[canary, other]", 1s);
  EXPECT_EQ(told.verdict(), "unknown no_evidence at answer");
  EXPECT_THAT(told.result.detail, HasSubstr("the socket of canary did not answer the ping"));
}

TEST_F(IsolationOnPlatform, OneUserIsNotTwo) {
  const Told told = run("[canary, twin]");
  EXPECT_EQ(told.result.reason, Reason::no_evidence);
  EXPECT_THAT(told.result.detail, HasSubstr("both are user canary-1"));
}

TEST_F(IsolationOnPlatform, WhoCannotSignInFails) {
  const Told told = run("[canary, nobody]");
  EXPECT_EQ(told.result.reason, Reason::auth);
  EXPECT_THAT(told.result.detail, testing::StartsWith("nobody: "));
  settle();
  EXPECT_EQ(platform_.counters().open_sockets, 0U);
}

TEST(ReadIsolation, MistakesAreTold) {
  for (const std::string users : {"[a]", "a", "[a, b, c]", "[a, a]"}) {
    Reading reading("url: 'ws://api/ws'\n    credentials: " + users);
    read_isolation(reading.fields());
    EXPECT_THAT(reading.text(), HasSubstr("wants two users")) << users;
  }
}

}  // namespace
}  // namespace answerback::probes
