// The agent's chain, healthy and with each of its switches thrown, as a client sees it.

#include <gmock/gmock.h>

#include "unit/demo/client.h"

namespace demo::test {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Names = std::vector<std::string>;

const Names whole_chain = {"agent_started", "agent_thinking", "tool_executing", "tool_completed",
                           "agent_completed"};

struct Row {
  Fault fault;
  Names heard;
};

std::ostream& operator<<(std::ostream& out, const Row& row) {
  return out << all_faults()[static_cast<std::size_t>(row.fault)].name;
}

class EachFault : public PlatformTest, public testing::WithParamInterface<Row> {};

TEST_P(EachFault, IsHeardAs) {
  begin();
  platform->faults().cause(GetParam().fault);
  const milliseconds quiet = GetParam().fault == Fault::flood ? 2s : 150ms;  // 10 MB take a while
  EXPECT_EQ(names(converse(request("start_agent", question), quiet)), GetParam().heard);
  platform->faults().heal(GetParam().fault);
  EXPECT_EQ(names(converse(request("start_agent", question))), whole_chain);
}

const Row rows[] = {
    {Fault::agent_silent, {}},
    {Fault::contract, {}},
    {Fault::unrecognised, {"ack"}},
    {Fault::agent_dies, {"agent_started", "agent_thinking"}},
    {Fault::first_lost, {}},
    {Fault::late_answer, {}},
    {Fault::leak, whole_chain},
    {Fault::simulated, whole_chain},
    {Fault::same_answer, whole_chain},
    {Fault::agent_death, {"agent_started", "agent_thinking", "agent_death"}},
    {Fault::timeout_warning,
     {"agent_started", "agent_thinking", "agent_timeout_warning", "tool_executing", "tool_completed",
      "agent_completed"}},
    {Fault::tool_stuck, {"agent_started", "agent_thinking", "tool_executing"}},
    {Fault::agent_error, {"agent_started", "agent_thinking", "agent_error"}},
    {Fault::agent_fallback, {"agent_started", "agent_thinking", "agent_fallback"}},
    {Fault::canned, whole_chain},
    {Fault::wrong_answer, whole_chain},
    {Fault::wrong_order,
     {"agent_thinking", "agent_started", "tool_completed", "tool_executing", "agent_completed"}},
    {Fault::duplicate,
     {"agent_started", "agent_started", "agent_thinking", "agent_thinking", "tool_executing",
      "tool_executing", "tool_completed", "tool_completed", "agent_completed", "agent_completed"}},
    {Fault::wrong_run, whole_chain},
    {Fault::nested,
     {"agent_started", "agent_thinking", "agent_started", "agent_thinking", "tool_executing",
      "tool_completed", "agent_completed", "tool_executing", "tool_completed", "agent_completed"}},
    {Fault::shape_change, whole_chain},
    {Fault::flood,
     {"agent_started", "progress_update", "agent_thinking", "tool_executing", "tool_completed",
      "agent_completed"}},
    {Fault::database, {"agent_error"}},
    {Fault::llm_429, {"agent_started", "agent_thinking", "agent_error"}},
    {Fault::llm_429_billing, {"agent_started", "agent_thinking", "agent_error"}},
    {Fault::llm_529, {"agent_started", "agent_thinking", "agent_error"}},
    {Fault::llm_503, {"agent_started", "agent_thinking", "agent_error"}},
    {Fault::llm_empty, {"agent_started", "agent_thinking", "agent_error"}},
    {Fault::llm_truncated, {"agent_started", "agent_thinking", "agent_error"}},
    {Fault::llm_error_midstream, {"agent_started", "agent_thinking", "agent_error"}},
    {Fault::missing_tool, {"agent_started", "agent_thinking", "agent_error"}},
    {Fault::llm_key, {"agent_started", "agent_thinking", "agent_error"}},
};

INSTANTIATE_TEST_SUITE_P(Agent, EachFault, testing::ValuesIn(rows), [](const auto& info) {
  return std::string(all_faults()[static_cast<std::size_t>(info.param.fault)].name);
});

class AgentFaults : public PlatformTest {
 protected:
  std::vector<Frame> with(Fault fault, std::optional<std::int64_t> value = std::nullopt) {
    begin();
    platform->faults().cause(fault, value);
    return converse(request("start_agent", question), fault == Fault::flood ? 2s : 150ms);
  }
};

TEST_F(AgentFaults, HealthyChainAnswersRight) {
  begin();
  const auto frames = converse(request("start_agent", question));
  ASSERT_EQ(names(frames), whole_chain);
  EXPECT_THAT(frames.back().field("final_response"), HasSubstr(right_answer));
  EXPECT_EQ(frames[2].field("tool_name"), "calculator");
  EXPECT_EQ(frames[3].field("result"), right_answer);
  for (const Frame& frame : frames) {
    EXPECT_EQ(frame.field("run_id"), frames[0].field("run_id"));
    EXPECT_EQ(frame.field("thread_id"), frames[0].field("thread_id"));
    EXPECT_EQ(frame.field("user_id"), "canary");
    EXPECT_EQ(frame.field("agent_name"), "demo_agent");
    EXPECT_FALSE(frame.field("timestamp").empty());
  }
  EXPECT_EQ(platform->counters().runs, 1U);
  EXPECT_EQ(platform->counters().completed, 1U);
  EXPECT_EQ(platform->counters().requests.at("/v1/chat/completions"), 1U);
}

TEST_F(AgentFaults, EveryRequestFormIsUnderstood) {
  begin();
  for (const char* type : {"start_agent", "user_message", "chat"})
    for (const char* key : {"content", "message", "text", "user_request"})
      EXPECT_EQ(names(converse(request(type, question, key))), whole_chain) << type << ' ' << key;
}

TEST_F(AgentFaults, TheThreadOfTheRequestIsKept) {
  begin();
  const auto frames = converse(R"({"type":"chat","payload":{"text":"2 times 3","thread_id":"t-1"}})");
  ASSERT_EQ(names(frames), whole_chain);
  EXPECT_EQ(frames[4].field("thread_id"), "t-1");
}

TEST_F(AgentFaults, TheWrongKeyIsDroppedWithoutAWord) {
  begin();
  EXPECT_THAT(converse(request("start_agent", question, "query")), IsEmpty());
  EXPECT_EQ(platform->counters().dropped, 1U);
}

TEST_F(AgentFaults, ContractLeavesTheOtherForms) {
  begin();
  platform->faults().cause(Fault::contract);
  EXPECT_EQ(names(converse(request("user_message", question))), whole_chain);
  EXPECT_EQ(names(converse(request("chat", question))), whole_chain);
  EXPECT_EQ(names(converse(request("start_agent", question, "query"))), whole_chain);
}

TEST_F(AgentFaults, UnrecognisedAcksTheType) {
  EXPECT_EQ(with(Fault::unrecognised)[0].field("received_type"), "start_agent");
}

TEST_F(AgentFaults, CannedIsEvenlySpacedAndGivesTheQuestionBack) {
  const auto frames = with(Fault::canned);
  EXPECT_EQ(frames.back().field("final_response"), std::string("Agent processed your message: ") + question);
  for (std::size_t i = 1; i < frames.size(); ++i) EXPECT_GE(frames[i].at - frames[i - 1].at, 90ms);
  EXPECT_FALSE(platform->counters().requests.contains("/v1/chat/completions"));
}

TEST_F(AgentFaults, WrongAnswerIsOffByOne) {
  const std::string answer = with(Fault::wrong_answer).back().field("final_response");
  EXPECT_THAT(answer, HasSubstr("122182"));
  EXPECT_THAT(answer, Not(HasSubstr(right_answer)));
}

TEST_F(AgentFaults, WrongRunIsSomebodyElses) {
  const auto frames = with(Fault::wrong_run);
  EXPECT_EQ(frames[0].field("user_id"), "canary");
  for (std::size_t i = 1; i < frames.size(); ++i) {
    EXPECT_NE(frames[i].field("run_id"), frames[0].field("run_id"));
    EXPECT_NE(frames[i].field("thread_id"), frames[0].field("thread_id"));
    EXPECT_NE(frames[i].field("user_id"), "canary");
  }
}

TEST_F(AgentFaults, NestedIsAnotherAgentOfTheSameRun) {
  const auto frames = with(Fault::nested);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    EXPECT_EQ(frames[i].field("agent_name"), i >= 2 && i < 7 ? "research_agent" : "demo_agent") << i;
    EXPECT_EQ(frames[i].field("run_id"), frames[0].field("run_id"));
  }
  EXPECT_THAT(frames.back().field("final_response"), HasSubstr(right_answer));
}

TEST_F(AgentFaults, ShapeChangeMovesTheFields) {
  const auto frames = with(Fault::shape_change);
  EXPECT_TRUE(frames[0].value().as_object().contains("payload")) << frames[0].bytes;
  EXPECT_FALSE(frames[0].value().as_object().contains("data"));
}

TEST_F(AgentFaults, GarbageStandsBetweenWholeEvents) {
  const auto frames = with(Fault::garbage);
  Names events;
  std::size_t binary = 0, unparsable = 0;
  for (const Frame& frame : frames) {
    if (frame.binary)
      ++binary;
    else if (frame.value().is_null())
      ++unparsable;
    else
      events.push_back(frame.name());
  }
  EXPECT_EQ(events, whole_chain);
  EXPECT_EQ(binary, 5U);
  EXPECT_EQ(unparsable, 10U);
}

TEST_F(AgentFaults, FloodIsAsLargeAsAsked) {
  EXPECT_GT(with(Fault::flood)[1].bytes.size(), 10'000'000U);
  platform->faults().cause(Fault::flood, 1000);
  EXPECT_LT(converse(request("chat", question))[1].bytes.size(), 2000U);
}

TEST_F(AgentFaults, AgentErrorsSayWhatTheModelSaid) {
  begin();
  const auto error_with = [&](Fault fault) {
    platform->faults().heal();
    platform->faults().cause(fault);
    return converse(request("chat", question)).back().field("error");
  };
  EXPECT_EQ(error_with(Fault::llm_429), "LLM: HTTP 429: Rate limit reached for requests");
  EXPECT_EQ(error_with(Fault::llm_key), "LLM: HTTP 401: Incorrect API key provided");
  EXPECT_EQ(error_with(Fault::llm_529), "LLM: HTTP 529: Overloaded");
  EXPECT_EQ(error_with(Fault::llm_empty), "LLM: an empty completion");
  EXPECT_EQ(error_with(Fault::llm_truncated), "LLM: the stream ended without [DONE]");
  EXPECT_THAT(error_with(Fault::llm_error_midstream), HasSubstr("error in the stream"));
  EXPECT_THAT(error_with(Fault::database), HasSubstr("database layer"));
}

TEST_F(AgentFaults, SlowModelDelaysTheTool) {
  const auto frames = with(Fault::llm_slow, 100);
  ASSERT_EQ(names(frames), whole_chain);
  EXPECT_GE(frames[2].at - frames[1].at, 100ms);
}

}  // namespace
}  // namespace demo::test
