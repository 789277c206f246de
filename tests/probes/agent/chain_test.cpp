#include <gmock/gmock.h>

#include "probes/agent/transcript.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

struct Row {
  std::string what, transcript, outcome, progress;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.what << ": " << row.transcript; }

const std::string healthy = "0 s | 300 t | 900 x tool=calc | 1000 c tool=calc | 2100 e a=$P";

const Row rows[] = {
    // whole chains
    {"the five", healthy, "pass", "5 of 5"},
    {"thinking repeats", "0 s | 300 t | 400 t | 900 x tool=calc | 1000 c tool=calc | 1100 t | 2100 e a=$P",
     "pass", "5 of 5"},
    {"tools repeat", "0 s|3 t|9 x tool=a|10 c tool=a|11 x tool=b|30 c tool=b|40 e a=$P", "pass", "5 of 5"},
    {"tools overlap", "0 s|3 t|9 x tool=a|10 x tool=b|11 c tool=a|30 c tool=b|40 e a=$P", "pass", "5 of 5"},
    {"the same tool twice", "0 s|3 t|9 x tool=a|10 c tool=a|11 x tool=a|30 c tool=a|40 e a=$P", "pass",
     "5 of 5"},
    {"tools without names", "0 s|3 t|9 x|10 c|40 e a=$P", "pass", "5 of 5"},
    {"a tool named on one side only", "0 s|3 t|9 x tool=a|10 c|40 e a=$P", "pass", "5 of 5"},
    {"everything twice", "0 s|0 s|3 t|3 t|9 x tool=a|9 x tool=a|10 c tool=a|10 c tool=a|40 e a=$P|40 e a=$P",
     "pass", "5 of 5"},
    {"the end twice", healthy + "|2200 e a=$P", "pass", "5 of 5"},
    {"no ids at all", "0 s run=-|3 t run=-|9 x run=-|10 c run=-|40 e run=- a=$P", "pass", "5 of 5"},
    {"ids from the second event on", "0 s run=-|3 t|9 x|10 c|40 e a=$P", "pass", "5 of 5"},
    {"pings in between", "0 s|1 ping|3 t|5 heartbeat|9 x|10 c|40 e a=$P", "pass", "5 of 5"},
    {"progress in between", "0 s|1 progress_update|3 t|5 stream_chunk|9 x|10 c|12 partial_result|40 e a=$P",
     "pass", "5 of 5"},
    {"unheard-of frames in between", "0 s|1 metrics_update|3 t|9 x|10 c|40 e a=$P", "pass", "5 of 5"},
    {"the same tool twice at once", "0 s|3 t|9 x tool=a|10 x tool=a|11 c tool=a|12 c tool=a|40 e a=$P",
     "pass", "5 of 5"},
    {"the same tool twice at once, told apart",
     "0 s|3 t|9 x tool=a call=1|10 x tool=a call=2|11 c tool=a call=2|12 c tool=a call=1|40 e a=$P", "pass",
     "5 of 5"},
    {"a call delivered twice", "0 s|3 t|9 x tool=a|9 x tool=a|12 c tool=a|40 e a=$P", "pass", "5 of 5"},
    {"the end of a call delivered twice", "0 s|3 t|9 x tool=a|12 c tool=a|12 c tool=a|40 e a=$P", "pass",
     "5 of 5"},
    {"tools crosswise",
     "0 s|3 t|9 x tool=a|10 x tool=b|11 c tool=b|12 x tool=c|13 c tool=a|14 c tool=c|40 e a=$P", "pass",
     "5 of 5"},
    {"streamed, and a word about the run", "0 s|3 t|9 x|10 c|11 stream_chunk content=$P|40 e msg=done",
     "pass", "5 of 5"},
    {"streamed, each piece with all before it",
     "0 s|3 t|9 x|10 c|11 stream_chunk content=3|12 stream_chunk content=39|13 stream_chunk content=390|"
     "14 stream_chunk content=$P|40 e",
     "pass", "5 of 5"},
    {"streamed digit by digit",
     "0 s|3 t|9 x|10 c|11 stream_chunk content=3|12 stream_chunk content=9|13 stream_chunk content=0|"
     "14 stream_chunk content=1|40 e",
     "pass", "5 of 5"},
    {"streamed right, answered otherwise", "0 s|3 t|9 x|10 c|11 stream_chunk content=$P|40 e a=no",
     "answer_wrong", "5 of 5"},
    {"a tool that failed, and another way",
     "0 s|3 t|9 x tool=a|12 tool_error tool=a msg=no|13 x tool=b|14 c tool=b|40 e a=$P", "pass", "5 of 5"},
    {"a warning of its own", "0 s|1 agent_timeout_warning|3 t|9 x|10 c|40 e a=$P", "pass", "5 of 5"},
    {"notices in between",
     "0 s|1 ack received_type=x|1 service_info|2 degraded_mode|2 pong|3 t|9 x|9 heartbeat_ack|10 c|40 e a=$P",
     "pass", "5 of 5"},
    // sub-agents
    {"a sub-agent of the same run",
     "0 s agent=a|3 t agent=a|4 s agent=b parent=a|5 t agent=b|6 x agent=b tool=q|7 c agent=b tool=q|"
     "8 e agent=b a=done|9 x agent=a tool=calc|10 c agent=a tool=calc|40 e agent=a a=$P",
     "pass", "5 of 5"},
    {"a sub-agent with a run of its own",
     "0 s|3 t|4 s run=R2 parent_run_id=R1|6 e run=R2 a=done|9 x|10 c|40 e a=$P", "pass", "5 of 5"},
    {"a sub-agent on our thread",
     "0 s thread=T|3 t thread=T|4 s run=R2 thread=T|6 e run=R2 thread=T a=done|9 x|10 c|40 e a=$P", "pass",
     "5 of 5"},
    {"a sub-agent's tools are ours", "0 s|3 t|4 s run=R2|5 x run=R2|6 c run=R2|7 e run=R2|40 e a=$P", "pass",
     "5 of 5"},
    {"a sub-agent's end that says not whose it is", "0 s|3 t|4 e a=done|9 x|10 c|40 e a=$P", "pass",
     "5 of 5"},
    {"a sub-agent's error is its own",
     "0 s agent=a|1 s agent=b|2 agent_error agent=b msg=retry|3 t|9 x|10 c|40 e agent=a a=$P", "pass",
     "5 of 5"},
    {"only the sub-agent ends", "0 s agent=a|3 t|4 s agent=b parent=a|9 x|10 c|40 e agent=b a=$P", "stalled",
     "4 of 5"},
    {"a sub-agent within a sub-agent",
     "0 s agent=a|3 t agent=a|4 s agent=b parent=a|5 s agent=c parent=b|6 e agent=c a=done|7 e agent=b "
     "a=done|9 x agent=a|10 c agent=a|40 e agent=a a=$P",
     "pass", "5 of 5"},
    {"two sub-agents side by side",
     "0 s|3 t|4 s run=R2 parent_run_id=R1|4 s run=R3 parent_run_id=R1|5 x run=R2 tool=a|5 x run=R3 tool=a|"
     "6 c run=R3 tool=a|7 c run=R2 tool=a|8 e run=R3 a=done|9 e run=R2 a=done|40 e a=$P",
     "pass", "5 of 5"},
    {"only sub-agents ever end",
     "0 s|3 t|4 s run=R2 parent_run_id=R1|9 x|10 c|40 e run=R2 a=$P|41 e run=R2 a=$P", "stalled", "4 of 5"},
    // silence
    {"nothing but notices", "0 ack received_type=x|1 service_info|2 degraded_mode|3 pong|4 heartbeat_ack",
     "no_start", "0 of 5"},
    {"a welcome again, and no more", "0 connection_established|1 system_message", "no_start", "0 of 5"},
    {"a warning is no start", "0 agent_timeout_warning", "no_start", "0 of 5"},
    {"warnings are no sign of life", "0 s|300 t|20000 agent_timeout_warning", "stalled", "2 of 5"},
    {"one of two calls of a tool hangs", "0 s|300 t|900 x tool=a|901 x tool=a|902 c tool=a", "tool_stuck",
     "4 of 5"},
    {"one of two calls told apart hangs",
     "0 s|300 t|900 x tool=a call=1|901 x tool=a call=2|902 c tool=a call=2", "tool_stuck", "4 of 5"},
    {"nothing", "", "no_start", "0 of 5"},
    {"pings go on", "0 ping|20000 ping", "no_start", "0 of 5"},
    {"progress of nobody", "0 progress_update", "no_start", "0 of 5"},
    {"dies after started", "0 s", "stalled", "1 of 5"},
    {"dies after thinking", "0 s|300 t|400 ping|20000 ping", "stalled", "2 of 5"},
    {"a tool that hangs", "0 s|300 t|900 x tool=calc", "tool_stuck", "3 of 5"},
    {"a tool that hangs while its agent talks", "0 s|300 t|900 x tool=calc|20000 t|40000 t", "tool_stuck",
     "3 of 5"},
    {"the other tool hangs", "0 s|3 t|9 x tool=a|10 x tool=b|11 c tool=a", "tool_stuck", "4 of 5"},
    {"thinks without end", "0 s|300 t|9000 x|9100 c|119000 t", "stalled", "4 of 5"},
    {"dies after the tool", "0 s|3 t|9 x tool=a|11 c tool=a", "stalled", "4 of 5"},
    // order and completeness
    {"thinking before started", "0 t|3 s|9 x|10 c|40 e a=$P", "chain_order", "1 of 5"},
    {"completed before executing", "0 s|3 t|9 c tool=a|10 x tool=a|40 e a=$P", "chain_order", "3 of 5"},
    {"thinking after the tool", "0 s|9 x|10 c|11 t|40 e a=$P", "chain_order", "3 of 5"},
    {"the end in the middle", "0 s|3 t|4 e a=$P|9 x|10 c", "chain_order", "5 of 5"},
    {"no tool", "0 s|3 t|40 e a=$P", "chain_incomplete", "3 of 5"},
    {"no thinking", "0 s|9 x|10 c|40 e a=$P", "chain_incomplete", "4 of 5"},
    {"the end alone", "0 e a=$P", "chain_incomplete", "1 of 5"},
    {"the end while a tool is open", "0 s|3 t|9 x tool=a|10 c tool=a|11 x tool=b|40 e a=$P",
     "chain_incomplete", "5 of 5"},
    {"the end while the same tool is open again", "0 s|3 t|9 x tool=a|10 c tool=a|11 x tool=a|40 e a=$P",
     "chain_incomplete", "5 of 5"},
    {"another tool comes back", "0 s|3 t|9 x tool=a|10 c tool=b|40 e a=$P", "chain_incomplete", "5 of 5"},
    {"the end first", "0 e a=$P|1 s|3 t|9 x|10 c", "chain_order", "5 of 5"},
    // errors
    {"a crash", "0 s|3 agent_crashed msg=x", "agent_error", "1 of 5"},
    {"an error of a run that is not ours",
     "0 s thread=T|1 agent_error run=R9 thread=T9 msg=x|3 t|9 x|10 c|40 e a=$P", "pass", "5 of 5"},
    {"an error of an earlier run", "0 s|1 agent_error run=R0 msg=x|3 t|9 x|10 c|40 e a=$P", "pass", "5 of 5"},
    {"an error", "0 s|3 t|9 agent_error msg=RuntimeError", "agent_error", "2 of 5"},
    {"a failure", "0 s|3 agent_failed msg=x", "agent_error", "1 of 5"},
    {"a fallback", "0 s|3 t|9 agent_fallback msg=later", "agent_error", "2 of 5"},
    {"a death", "0 s|3 agent_death death_cause=oom", "agent_error", "1 of 5"},
    {"an error before anything", "0 agent_error msg=no_supervisor", "agent_error", "0 of 5"},
    {"an error of the platform", "0 error msg=boom", "agent_error", "0 of 5"},
    // whose it is
    {"another user's events after our first", "0 s user=me|3 t run=R9 thread=T9 user=you|9 x run=R9 user=you",
     "misrouted", "1 of 5"},
    {"another user's events instead of ours", "0 s run=R9 user=you", "misrouted", "0 of 5"},
    {"another user's without ids", "0 s user=me|3 t run=- user=you", "misrouted", "1 of 5"},
    {"another run of ours beside it",
     "0 s thread=T|2 s run=R9 thread=T9|3 t|9 x|10 c|12 e run=R9 thread=T9 a=1|40 e a=$P", "pass", "5 of 5"},
    {"another run where ours was due", "0 s thread=T|3 t run=R9 thread=T9|40 e run=R9 thread=T9 a=$P",
     "misrouted", "1 of 5"},
    {"the end of a run unheard of on our thread",
     "0 s thread=T|3 t thread=T|9 x thread=T|10 c thread=T|40 e run=R9 thread=T a=$P", "misrouted", "4 of 5"},
    {"a sub-agent on our thread that says nothing of its start",
     "0 s thread=T|3 t run=R2 thread=T|6 e run=R2 thread=T a=done|9 x|10 c|40 e a=$P", "pass", "5 of 5"},
    // answers to earlier requests
    {"an earlier run known by its id", "0 s run=R0|3 t run=R0|9 e run=R0 a=$OLD", "late", "0 of 5"},
    {"an earlier run without its end", "0 t run=R0", "no_start", "0 of 5"},
    {"an earlier run known by its answer", "0 s|3 t|9 x|10 c|40 e a=$OLD", "late", "0 of 5"},
    {"an earlier run without ids", "0 s run=-|9 x run=-|40 e run=- a=$OLD", "late", "0 of 5"},
    {"an earlier run, then ours",
     "0 s|3 t|9 x|10 c|40 e a=$OLD|50 s run=R2|53 t run=R2|59 x run=R2|60 c run=R2|90 e run=R2 a=$P", "pass",
     "5 of 5"},
    {"an earlier run around ours",
     "0 s|1 s run=R2|2 t|3 t run=R2|4 x run=R2|5 c run=R2|9 x|10 c|40 e a=$OLD|90 e run=R2 a=$P", "pass",
     "5 of 5"},
    {"the answer in pieces", "0 s|1 stream_chunk content=It_is_|2 stream_chunk content=$P|3 t|9 x|10 c|40 e",
     "pass", "5 of 5"},
    // answers
    {"off by one", "0 s|3 t|9 x|10 c|40 e a=3902", "answer_wrong", "5 of 5"},
    {"no answer", "0 s|3 t|9 x|10 c|40 e", "answer_wrong", "5 of 5"},
    {"canned", "0 s|100 t|200 x|300 c|400 e a=Agent_processed_your_message:_$Q ms=2000", "synthetic",
     "5 of 5"},
    {"canned, and right by chance", "0 s|3 t|9 x|10 c|40 e a=Agent_processed_your_message:_$P", "synthetic",
     "5 of 5"},
    {"simulated", "0 s|3 t|9 x|10 c|40 e a=THIS_IS_A_SIMULATED_RESPONSE_to:_hello", "synthetic", "5 of 5"},
    {"the question given back", "0 s|3 t|9 x|10 c|40 e a=You_asked:_$Q", "synthetic", "5 of 5"},
    {"wrong and by the clock", "0 s|100 t|201 x|299 c|400 e a=fine", "synthetic", "5 of 5"},
    {"wrong and overclaimed", "0 s|3 t|9 x|10 c|40 e a=fine ms=2000", "synthetic", "5 of 5"},
    {"right by the clock", "0 s|100 t|200 x|300 c|400 e a=$P", "pass", "5 of 5"},
    {"right and overclaimed", "0 s|3 t|9 x|10 c|40 e a=$P ms=2000", "pass", "5 of 5"},
};

class EachTranscript : public testing::TestWithParam<Row> {};

TEST_P(EachTranscript, ComesTo) {
  const Played played = play(GetParam().transcript);
  EXPECT_EQ(played.outcome, GetParam().outcome) << played.detail;
  EXPECT_EQ(played.chain.progress(), GetParam().progress + " events");
}

TEST_P(EachTranscript, ComesToTheSameInEveryShape) {
  for (const Shape shape : {Shape::root, Shape::payload, Shape::carrier}) {
    EXPECT_EQ(play(GetParam().transcript, five, shape).outcome, GetParam().outcome) << name(shape);
  }
}

INSTANTIATE_TEST_SUITE_P(Chain, EachTranscript, testing::ValuesIn(rows));

TEST(Chain, WhatIsAwaitedAndUntilWhen) {
  struct Case {
    std::string transcript;
    Duration until;
    Reason late;
  };
  for (const auto& [transcript, until, late] : {
           Case{"", 15s, Reason::no_start},
           Case{"1000 s", 31s, Reason::stalled},
           Case{"1000 s|2000 progress_update", 32s, Reason::stalled},
           Case{"1000 s|2000 t|3000 x tool=a", 63s, Reason::tool_stuck},
           Case{"1000 s|2000 t|3000 x tool=a|10000 t", 63s, Reason::tool_stuck},
           Case{"1000 s|2000 t|3000 x tool=a|10000 c tool=a", 40s, Reason::stalled},
           Case{"1000 s|2000 agent_timeout_warning|3000 heartbeat|4000 unheard_of", 31s, Reason::stalled},
           Case{"1000 s|110000 t", 120s, Reason::stalled},
           Case{"1000 s|2000 t|100000 x tool=a", 120s, Reason::tool_stuck},
       }) {
    const Played played = play(transcript);
    EXPECT_EQ(played.chain.wait().until - played.chain.asked(), until) << transcript;
    EXPECT_EQ(played.chain.wait().late, late) << transcript;
    EXPECT_EQ(played.outcome, name(late)) << transcript;
  }
}

TEST(Chain, SaysWhatItSaw) {
  EXPECT_EQ(play("").detail, "0 of 5 events in 15 s");
  EXPECT_EQ(play("0 s|300 t|9000 x|9100 c|119000 t").detail,
            "no end in 120 s, the last was agent_thinking 1 s before, 4 of 5 events");
  EXPECT_EQ(play("100 s|300 t").detail, "nothing for 30 s after agent_thinking, 2 of 5 events");
  EXPECT_EQ(play("0 s|300 t|900 x tool=Calc").detail, "tool calc has not completed in 60 s, 3 of 5 events");
  EXPECT_EQ(play("0 s|3 t|9 agent_error msg=RuntimeError").detail,
            "agent_error: RuntimeError, 2 of 5 events");
  EXPECT_EQ(play("0 s|3 t|40 e a=$P").detail,
            "agent_completed came without tool_executing, tool_completed, 3 of 5 events");
  EXPECT_EQ(play("0 t|3 s").detail, "agent_started came after agent_thinking, 1 of 5 events");
  EXPECT_EQ(play("0 s user=me|3 t run=R9 user=you").detail,
            "agent_thinking of user you, run R9 came where ours was due (run R1), 1 of 5 events");
  EXPECT_THAT(play("0 s|100 t|200 x|300 c|400 e a=Agent_processed_your_message:_$Q ms=2000").detail,
              testing::AllOf(HasSubstr("canned text \"Agent processed your message:\""),
                             HasSubstr("gives the question back"), HasSubstr("evenly 100 ms apart"),
                             HasSubstr("agent_completed claims 2 s after 400 ms")));
}

TEST(Chain, NamesWhatItDidNotUnderstand) {
  EXPECT_EQ(play("0 s").chain.strange(), "");
  EXPECT_EQ(play("0 agentStarted").chain.strange(), "1 frame not understood: agentStarted");
  EXPECT_EQ(play("0 b|1 a|2 b").chain.strange(), "3 frames not understood: a, b");
  EXPECT_EQ(play("0 a|1 b|2 u|3 d|4 f|5 g").chain.strange(), "6 frames not understood: a, b, d, u, …");
}

TEST(Chain, AnErrorMayBeGotOver) {
  Chain chain = play("0 s|3 t|9 agent_error msg=busy").chain;
  EXPECT_EQ(chain.state(), Chain::State::failed);
  chain.get_over();
  EXPECT_EQ(chain.state(), Chain::State::open);
  EXPECT_EQ(chain.complaint(), "agent_error: busy, 2 of 5 events");
  Chain order = play("0 t|3 s").chain;
  order.get_over();
  EXPECT_EQ(order.state(), Chain::State::failed) << "the order stays wrong";
  EXPECT_EQ(play("0 s|3 t|9 x|10 c|40 e status=failed msg=timeout").chain.complaint(),
            "agent_completed says itself that the run failed: timeout, 5 of 5 events");
  EXPECT_EQ(play("0 s|3 t|9 x|10 c status=failed|40 e a=$P").chain.complaint(), "");
}

TEST(Chain, KeepsTheTimeAndShapeOfEachStage) {
  const Played played = play(healthy, five, Shape::payload);
  std::vector<Duration> times;
  for (const Chain::Stage& stage : played.chain.stages()) {
    times.push_back(*stage.at - played.chain.asked());
    EXPECT_EQ(stage.shape, Shape::payload);
  }
  EXPECT_EQ(times, (std::vector<Duration>{0ms, 300ms, 900ms, 1000ms, 2100ms}));
}

TEST(Chain, TheWidestGapIsOneWithoutATool) {
  const Played played = play("0 s|2000 t|2100 x tool=a|30000 c tool=a|40000 e a=$P");
  EXPECT_EQ(played.chain.widest_gap().length, 10s);
  EXPECT_EQ(played.chain.widest_gap().before, "agent_completed");
}

TEST(Chain, OtherNamesAreAChainToo) {
  const std::vector<std::string> stages{"run_begun", "run_over"};
  EXPECT_EQ(play("0 run_begun|1 run_over a=$P", stages).outcome, "pass");
  EXPECT_EQ(play("0 run_begun|0 t|1 x|2 c|3 run_over a=$P", stages).outcome, "pass");
  EXPECT_EQ(play("0 s|1 e a=$P", stages).outcome, "stalled");
  EXPECT_EQ(play("0 only a=$P", {"only"}).outcome, "pass");
}

TEST(Chain, WhatIsOptionalNeedNotComeButHasItsPlace) {
  const std::set<std::string> some{"agent_thinking", "tool_executing", "tool_completed"};
  const auto outcome = [&](const std::string& transcript) {
    const Played played = play(transcript, five, Shape::data, {}, some);
    return played.outcome + " " + played.chain.progress();
  };
  EXPECT_EQ(outcome("0 s|40 e a=$P"), "pass 2 of 2 events");
  EXPECT_EQ(outcome("0 s|3 t|40 e a=$P"), "pass 3 of 3 events");
  EXPECT_EQ(outcome("0 s|9 x|10 c|40 e a=$P"), "pass 4 of 4 events");
  EXPECT_EQ(outcome(healthy), "pass 5 of 5 events");
  EXPECT_EQ(outcome("0 s|9 x|40 e a=$P"), "chain_incomplete 3 of 3 events");
  EXPECT_EQ(outcome("0 s|9 x|10 c|11 t|40 e a=$P"), "chain_order 3 of 4 events");
  EXPECT_EQ(outcome("0 s|3 t"), "stalled 2 of 3 events");
  EXPECT_EQ(outcome("40 e a=$P"), "chain_incomplete 1 of 2 events");
  EXPECT_EQ(outcome(""), "no_start 0 of 2 events");
  // The first and the last are never optional.
  const std::vector<std::string> two{"agent_started", "agent_completed"};
  EXPECT_EQ(play("40 e a=$P", two, Shape::data, {}, {"agent_started"}).outcome, "chain_incomplete");
  EXPECT_EQ(play("0 s", two, Shape::data, {}, {"agent_completed"}).chain.progress(), "1 of 2 events");
}

TEST(Chain, CountsWhatItDoesNotUnderstand) {
  const Played played = play("0 s|1 unheard_of|2 metrics_update|3 agent_timeout_warning msg=slow_model|4 t");
  EXPECT_EQ(played.chain.not_understood(), 2U);
  EXPECT_EQ(played.chain.warned(), "agent_timeout_warning: slow model");
  EXPECT_EQ(played.detail, "nothing for 30 s after agent_thinking, 2 of 5 events");
}

TEST(Chain, TimeStampsFurtherApartThanWeHaveWaitedAreDoubtful) {
  EXPECT_EQ(play("0 s timestamp=1760000000|3 t|9 x|10 c|400 e timestamp=1760000030 a=$P").chain.overclaim(),
            "the time stamps lie 30 s apart after 400 ms");
  EXPECT_EQ(play("0 s timestamp=1760000000|3 t|9 x|10 c|400 e timestamp=1760000000.4 a=$P").chain.overclaim(),
            "");
  EXPECT_EQ(play("0 s timestamp=1760000030|3 t|9 x|10 c|400 e timestamp=1760000000 a=$P").chain.overclaim(),
            "");
}

TEST(Chain, AFloodOfPiecesDoesNotPushTheEndOut) {
  const Steady began(1h);
  Chain chain(five, {}, {}, began);
  const auto take = [&](const std::string& name, const std::string& run, const std::string& answer = {}) {
    AgentEvent event;
    event.kind = name == "stream_chunk" ? EventKind::activity : EventKind::stage;
    event.name = name;
    event.run_id = run;
    event.answer = answer;
    chain.take(event, began);
  };
  for (const std::string& name : five) take(name, "R1", "the answer to another request");
  for (int i = 0; i < 5000; ++i) take("stream_chunk", "R2");
  for (const std::string& name : five) take(name, "R2", "3901");
  chain.disown();
  EXPECT_EQ(chain.state(), Chain::State::ended);
  EXPECT_EQ(chain.answer(), "3901");
}

TEST(Chain, AnIdMayBeUsedAgain) {
  Played played = play("0 s run=R0|3 t run=R0|9 x run=R0|10 c run=R0|40 e run=R0 a=$P");
  EXPECT_EQ(played.outcome, "late");
  played.chain.own("R0");
  EXPECT_EQ(played.chain.state(), Chain::State::ended);
  EXPECT_EQ(played.chain.progress(), "5 of 5 events");
  EXPECT_EQ(played.chain.late_events(), 0U);
}

TEST(Chain, TheRunsOfThisRequestAreEarlierOnesForTheNext) {
  const Played played = play("0 s|1 s run=R2 parent_run_id=R1|2 e run=R2");
  EXPECT_EQ(played.chain.run_ids(), (std::set<std::string>{"R0", "R1", "R2"}));
}

}  // namespace
}  // namespace answerback::probes
