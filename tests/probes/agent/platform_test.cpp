// The probe `agent` against a platform with every failure on demand: exact reason, exact phase.

#include "probes/agent/agent.h"
#include "probes/agent/harness.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using demo::Fault;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string keys =
    "credentials: canary\n    limits: {first_event: 300ms, gap: 300ms, tool: 400ms, completion: 3s}";

class AgentOnPlatform : public OnPlatform {
 protected:
  Bench& bench(const std::string& more = {}) {
    bench_ = std::make_unique<Bench>(loop_, agent, url(), keys + more);
    return *bench_;
  }
  Told with(Fault fault, const std::string& more = {}) {
    platform_.faults().cause(fault);
    return bench(more).run();
  }
  std::unique_ptr<Bench> bench_;
};

TEST_F(AgentOnPlatform, PassesOnAWholeChainAndTheRightAnswer) {
  Told told = bench().run();
  EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
  EXPECT_THAT(told.result.detail, AllOf(HasSubstr("5 of 5 events in "), HasSubstr("the answer is right")));
  std::vector<std::string> phases, stages;
  for (const PhaseTime& time : told.phases.times()) phases.emplace_back(name(time.phase));
  EXPECT_THAT(phases, testing::ElementsAre("prepare", "resolve", "connect", "upgrade", "welcome", "dispatch",
                                           "chain", "answer", "close"));
  for (const Sample& sample : told.evidence.samples()) {
    if (sample.measure == Measure::stage_duration) stages.push_back(sample.label);
    if (sample.measure == Measure::stages_reached) EXPECT_EQ(sample.value, 1.0);
  }
  EXPECT_THAT(stages, testing::ElementsAre("agent_started", "agent_thinking", "tool_executing",
                                           "tool_completed", "agent_completed"));
  EXPECT_THAT(told.frames(),
              AllOf(HasSubstr("sent {\"type\":\"start_agent\",\"payload\":{\"content\":"),
                    HasSubstr("\"user_request\":"), HasSubstr("received {\"type\":\"agent_completed\""),
                    HasSubstr("sent {\"type\":\"pong\"}")));
  EXPECT_THAT(told.frames(), Not(HasSubstr("eyJ"))) << "a token among the evidence";
  settle();
  EXPECT_EQ(platform_.counters().open_sockets, 0U);
}

TEST_F(AgentOnPlatform, AsksSomethingNewEachRun) {
  bench();
  std::set<std::string> questions;
  for (int i = 0; i < 5; ++i) {
    const Told told = bench_->run();
    EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
    for (const Frame& frame : told.evidence.frames())
      if (frame.text.contains("start_agent")) questions.insert(frame.text);
  }
  EXPECT_GE(questions.size(), 4U);
}

// Every row of the matrix of failures that concerns the agent (its number in front), and what else chains do.
struct Row {
  int failure;
  Fault fault;
  std::string verdict, detail;
  std::optional<int> value = std::nullopt;
};
void PrintTo(const Row& row, std::ostream* out) {
  *out << row.failure << ". " << demo::all_faults()[static_cast<std::size_t>(row.fault)].name << " is "
       << row.verdict;
}
class AgentFault : public AgentOnPlatform, public testing::WithParamInterface<Row> {};

TEST_P(AgentFault, IsToldAs) {
  platform_.faults().cause(GetParam().fault, GetParam().value);
  const Told told = bench().run();
  EXPECT_EQ(told.verdict(), GetParam().verdict) << testing::PrintToString(told);
  EXPECT_THAT(told.result.detail, HasSubstr(GetParam().detail));
  settle();
  EXPECT_EQ(platform_.counters().open_sockets, 0U) << "a socket was left behind";
  platform_.faults().heal();
  const Told after = bench_->run();
  EXPECT_NE(after.result.verdict, Verdict::fail) << testing::PrintToString(after);
}

const Row rows[] = {
    {1, Fault::agent_silent, "fail no_start at dispatch",
     "control request also met silence: the request may have been dropped; an unknown kind got "
     "ack"},
    {2, Fault::contract, "fail request_dropped at dispatch", "start_agent met silence"},
    {2, Fault::unrecognised, "fail request_unrecognised at dispatch", "does not know start_agent"},
    {3, Fault::agent_dies, "fail stalled at chain", "after agent_started, 1 of 5 events", 1},
    {3, Fault::agent_dies, "fail stalled at chain", "after agent_thinking, 2 of 5 events", 2},
    {3, Fault::agent_dies, "fail tool_stuck at chain", "tool calculator has not completed", 3},
    {3, Fault::agent_dies, "fail stalled at chain", "after tool_completed, 4 of 5 events", 4},
    {3, Fault::tool_stuck, "fail tool_stuck at chain", "tool calculator has not completed"},
    {3, Fault::agent_error, "fail agent_error at chain", "the agent raised RuntimeError"},
    {3, Fault::agent_death, "fail agent_error at chain", "agent_death: no heartbeat for 10 s"},
    {3, Fault::llm_key, "fail agent_error at chain", "Incorrect API key"},
    {4, Fault::agent_fallback, "fail agent_error at chain", "agent_fallback"},
    {4, Fault::canned, "fail synthetic at answer", "Agent processed your message:"},
    {4, Fault::simulated, "fail synthetic at answer", "tool_completed claims 1.5 s after "},
    {4, Fault::same_answer, "fail answer_wrong at answer", "wanted "},
    {4, Fault::wrong_answer, "fail answer_wrong at answer", "wanted "},
    {5, Fault::database, "fail agent_error at dispatch", "0 of 5 events"},
    {6, Fault::edge_503, "fail upgrade_refused at upgrade", "503"},
    {7, Fault::closed_1011, "fail closed at welcome", "1011"},
    {8, Fault::first_lost, "fail request_dropped at dispatch", "start_agent met silence"},
    {9, Fault::split_secret, "fail auth at welcome", "VALIDATION_FAILED"},
    {9, Fault::token_refused, "fail auth at welcome", "VALIDATION_FAILED"},
    {10, Fault::edge_strips_auth, "fail auth at welcome", "NO_TOKEN"},
    {10, Fault::edge_no_upgrade, "fail upgrade_refused at upgrade", "404"},
    {13, Fault::connection_limit, "fail rate_limited at welcome", "CONNECTION_LIMIT"},
    {14, Fault::wrong_run, "fail misrouted at chain", "user somebody-else"},
    {0, Fault::wrong_order, "fail chain_order at chain", "agent_started came after agent_thinking"},
    {0, Fault::flood, "fail too_large at chain", "1 of 5 events"},
    {0, Fault::garbage, "pass", "15 frames not understood"},
    {0, Fault::duplicate, "pass", "5 of 5"},
    {0, Fault::nested, "pass", "5 of 5"},
    {0, Fault::leak, "pass", "5 of 5"},
    {0, Fault::timeout_warning, "pass", "the server warned: agent_timeout_warning: the agent is slow"},
    {0, Fault::degraded_notice, "warn degraded_notice at answer", "missing agent_supervisor, thread_service"},
};
INSTANTIATE_TEST_SUITE_P(Each, AgentFault, testing::ValuesIn(rows), [](const auto& info) {
  const std::string value = info.param.value ? "_" + std::to_string(*info.param.value) : "";
  return std::string(demo::all_faults()[static_cast<std::size_t>(info.param.fault)].name) + value;
});

TEST_F(AgentOnPlatform, FiveMegabytesAmongGarbageLoseNothing) {
  platform_.faults().cause(Fault::garbage);
  platform_.faults().cause(Fault::flood, 5'000'000);
  const Told told = bench().run();
  EXPECT_EQ(told.verdict(), "pass") << told.result.detail;
  EXPECT_THAT(told.result.detail, HasSubstr("16 frames not understood"));
}

TEST_F(AgentOnPlatform, TheSameAnswerToAnotherQuestionIsMadeUp) {
  platform_.faults().cause(Fault::same_answer);
  EXPECT_EQ(bench().run().verdict(), "fail answer_wrong at answer");
  const Told told = bench_->run();
  EXPECT_EQ(told.verdict(), "fail synthetic at answer") << testing::PrintToString(told);
  EXPECT_THAT(told.result.detail, HasSubstr("the same as to another question"));
}

TEST_F(AgentOnPlatform, AnAnswerToTheRunBeforeIsLate) {
  platform_.faults().cause(Fault::late_answer);
  EXPECT_EQ(bench().run().result.verdict, Verdict::fail);
  for (int i = 0; i < 3; ++i) {
    const Told told = bench_->run();
    EXPECT_EQ(told.verdict(), "fail late at dispatch") << testing::PrintToString(told);
  }
}

TEST_F(AgentOnPlatform, ALateWelcomeIsNamedAsWhereTheTimeWent) {
  platform_.faults().cause(Fault::welcome_late, 400);
  const Told told = bench("\n    slow: {warn: 300ms}").run();
  EXPECT_EQ(told.verdict(), "warn slow at answer");
  EXPECT_THAT(told.result.detail, testing::ContainsRegex("4[0-9][0-9] ms of it in welcome"));
}

TEST_F(AgentOnPlatform, WordsArePutInOrder) {
  for (int i = 0; i < 4; ++i) {
    const Told told = bench("\n    challenge: word_order").run();
    EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
    EXPECT_THAT(told.result.detail, HasSubstr("the answer is right"));
  }
  EXPECT_EQ(with(Fault::same_answer, "\n    challenge: word_order").verdict(), "fail answer_wrong at answer");
}

TEST_F(AgentOnPlatform, ANonceIsFetchedByTheAgentsTool) {
  const std::string nonce =
      "\n    challenge: nonce\n    nonce: {url: 'http://" + platform_.host() +
      "/api/notes/errand', credentials: canary, question: 'What does my note called errand say?'}";
  const Told told = bench(nonce).run();
  EXPECT_EQ(told.verdict(), "pass") << testing::PrintToString(told);
  EXPECT_EQ(bench_->run().verdict(), "pass");
  EXPECT_EQ(bench(nonce.substr(0, nonce.find(", credentials")) + ", question: x}").run().verdict(),
            "fail status at transfer");
  EXPECT_EQ(with(Fault::same_answer, nonce).verdict(), "fail answer_wrong at answer");
}

TEST_F(AgentOnPlatform, StagesMayBeLeftOut) {
  EXPECT_EQ(bench("\n    chain: [agent_started, 'agent_planning?', agent_completed]").run().verdict(),
            "pass");
  EXPECT_EQ(bench("\n    chain: [agent_started, agent_planning, agent_completed]").run().verdict(),
            "fail chain_incomplete at answer");
}

TEST_F(AgentOnPlatform, WithoutControlSilenceIsJustSilence) {
  const Told told = with(Fault::contract, "\n    control: false");
  EXPECT_EQ(told.verdict(), "fail no_start at dispatch");
  EXPECT_THAT(told.frames(), AllOf(Not(HasSubstr("user_message")), Not(HasSubstr("note_to_nobody"))));
  EXPECT_THAT(told.result.detail,
              AllOf(HasSubstr("request sent, 0 of 5 events in 3"), Not(HasSubstr("control"))));
}

TEST_F(AgentOnPlatform, TheIncidentInOneLine) {
  platform_.faults().cause(Fault::degraded_notice);
  const Told told = with(Fault::agent_silent);
  EXPECT_EQ(told.verdict(), "fail no_start at dispatch");
  EXPECT_THAT(told.result.detail,
              testing::MatchesRegex(
                  "upgrade 101 in [0-9]+ ms, welcome ok, ping ok, request sent, 0 of 5 events in [0-9]+ ms; "
                  "control request also met silence: the request may have been dropped; an unknown kind got "
                  "ack, so ours was understood; the server says of itself: service_info: missing "
                  "agent_supervisor, thread_service"));
}

TEST_F(AgentOnPlatform, ADeadSocketIsNotAPingThatIsOk) {
  platform_.faults().cause(Fault::no_pong);
  EXPECT_THAT(with(Fault::agent_silent).result.detail, HasSubstr("pinged by the server"));
}

TEST_F(AgentOnPlatform, NoWelcomeByTheDeadline) {
  platform_.faults().cause(Fault::no_welcome);
  const Told told = bench().run(400ms);
  EXPECT_EQ(told.verdict(), "fail no_welcome at welcome") << testing::PrintToString(told);
  EXPECT_THAT(told.result.detail, HasSubstr("only ping"));
}

TEST_F(AgentOnPlatform, AWelcomeBeforeTheStartUpIsOverIsNone) {
  platform_.faults().cause(Fault::not_started);
  const Told told = bench().run(400ms);
  EXPECT_EQ(told.verdict(), "fail no_welcome at welcome");
  EXPECT_THAT(told.result.detail, HasSubstr("not started up"));
}

TEST_F(AgentOnPlatform, AShortDeadlineTakesTheReasonOfTheStage) {
  bench_ = std::make_unique<Bench>(loop_, agent, url(), "credentials: canary");
  const std::pair<Fault, std::string> stages[] = {
      {Fault::agent_silent, "fail no_start at dispatch"},
      {Fault::contract, "fail request_dropped at dispatch"},
      {Fault::unrecognised, "fail request_unrecognised at dispatch"},
      {Fault::agent_dies, "fail stalled at chain"},
      {Fault::tool_stuck, "fail tool_stuck at chain"}};
  for (const auto& [fault, verdict] : stages) {
    platform_.faults().heal();
    platform_.faults().cause(fault);
    const Told told = bench_->run(600ms);
    EXPECT_EQ(told.verdict(), verdict) << testing::PrintToString(told);
  }
  settle();
  EXPECT_EQ(platform_.counters().open_sockets, 0U);
}

TEST_F(AgentOnPlatform, ASlowModelWithinTheLimitsIsNoFailure) {
  platform_.faults().cause(Fault::llm_slow, 100);
  EXPECT_EQ(bench().run().verdict(), "pass");
}

TEST_F(AgentOnPlatform, ContractDriftIsToldOnce) {
  EXPECT_EQ(bench().run().verdict(), "pass");
  platform_.faults().cause(Fault::shape_change);
  const Told drift = bench_->run();
  EXPECT_EQ(drift.verdict(), "warn contract_drift at answer") << testing::PrintToString(drift);
  EXPECT_THAT(drift.result.detail, AllOf(HasSubstr("payload"), HasSubstr("before: data")));
  EXPECT_EQ(bench_->run().verdict(), "pass");
  // The next daemon knows it, too.
  platform_.faults().heal();
  EXPECT_EQ(bench().run().verdict(), "warn contract_drift at answer");
  EXPECT_EQ(bench().run().verdict(), "pass");
}

TEST_F(AgentOnPlatform, ABrokenAnswerAgainIsNotAPass) {
  platform_.faults().cause(Fault::wrong_answer);
  bench();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(bench_->run().result.reason, Reason::answer_wrong);
}

TEST_F(AgentOnPlatform, TheTokenGoesWhereItIsWanted) {
  for (const std::string way : {"header", "subprotocol", "query", "message"}) {
    const Told told = bench("\n    send_token: " + way).run();
    EXPECT_EQ(told.verdict(), "pass") << way << testing::PrintToString(told);
    EXPECT_THAT(told.frames(), Not(HasSubstr("eyJ"))) << way;
  }
  EXPECT_EQ(bench("\n    send_token: none").run().verdict(), "fail auth at welcome");
}

TEST_F(AgentOnPlatform, SlowIsSlow) {
  EXPECT_EQ(bench("\n    slow: {warn: 1ms}").run().verdict(), "warn slow at answer");
  EXPECT_EQ(bench("\n    slow: {fail: 1ms}").run().verdict(), "fail slow at answer");
}

TEST_F(AgentOnPlatform, WithoutAChallengeAnyAnswerWillDo) {
  platform_.faults().cause(Fault::wrong_answer);
  EXPECT_EQ(bench("\n    challenge: none").run().verdict(), "pass");
}

class AgentOnCarrier : public OnPlatform {
 protected:
  AgentOnCarrier() : OnPlatform(quick(demo::Shape::carrier)) {}
};
TEST_F(AgentOnCarrier, IsUnderstood) { EXPECT_EQ(Bench(loop_, agent, url(), keys).run().verdict(), "pass"); }

}  // namespace
}  // namespace answerback::probes
