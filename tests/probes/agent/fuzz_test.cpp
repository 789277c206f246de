// Chains nobody would think of: whatever comes, the machine holds together.

#include <gtest/gtest.h>

#include <random>

#include "probes/agent/transcript.h"

namespace answerback::probes {
namespace {

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  std::size_t below(std::size_t n) { return engine_() % n; }
  std::string of(std::initializer_list<const char*> list) { return list.begin()[below(list.size())]; }

 private:
  std::mt19937 engine_;
};

AgentEvent roll(Dice& dice, std::size_t& step) {
  AgentEvent event;
  event.kind = dice.below(5) > 0 ? EventKind::stage : static_cast<EventKind>(dice.below(17));
  event.name = dice.below(8) > 0 ? five[dice.below(five.size())]
                                 : dice.of({"", "ping", "agent_error", "agent_thinking"});
  event.shape = static_cast<Shape>(dice.below(4));
  event.run_id = dice.of({"", "R0", "R1", "R1", "R1", "R2", "R3"});
  event.thread_id = dice.of({"", "", "T1", "T2"});
  event.user_id = dice.of({"", "", "", "me", "me", "me", "me", "you"});
  event.agent = dice.of({"", "", "a", "b"});
  event.parent = dice.of({"", "", "", "R1", "a"});
  event.tool = dice.of({"", "x", "y"});
  event.call = dice.of({"", "", "1", "2"});
  event.answer = dice.of({"", "3901", "2021", "no"});
  if (dice.below(3) == 0) event.timestamp = Wall(std::chrono::seconds(1'760'000'000 + dice.below(100)));
  if (dice.below(2) == 0) {  // our own chain, going on
    event.kind = EventKind::stage;
    event.name = five[step++ % five.size()];
    event.run_id = "R1";
    event.user_id = event.agent = event.parent = event.tool = "";
  }
  if (dice.below(4) == 0) event.claimed = std::chrono::milliseconds(dice.below(5000));
  return event;
}

void check(const Chain& chain, Steady now, std::size_t seen) {
  ASSERT_LE(chain.reached(), chain.due());
  ASSERT_LE(chain.due(), chain.stages().size());
  ASSERT_LE(chain.reached(), seen);
  ASSERT_LE(chain.times().size(), 64U);
  ASSERT_LE(chain.wait().until, chain.asked() + ChainLimits{}.completion);
  ASSERT_GE(chain.wait().until, chain.asked());
  for (const Chain::Stage& stage : chain.stages()) {
    if (stage.at) {
      ASSERT_TRUE(*stage.at >= chain.asked() && *stage.at <= now);
    }
  }
  switch (chain.state()) {
    case Chain::State::silent:
      ASSERT_EQ(chain.reached(), 0U);
      ASSERT_EQ(chain.wait().late, Reason::no_start);
      break;
    case Chain::State::failed:
      ASSERT_TRUE(chain.failure().reason == Reason::chain_order ||
                  chain.failure().reason == Reason::agent_error ||
                  chain.failure().reason == Reason::misrouted);
      break;
    case Chain::State::ended: ASSERT_TRUE(chain.stages().back().at); break;
    case Chain::State::open: break;
  }
  if (chain.state() == Chain::State::silent || chain.state() == Chain::State::open) {
    ASSERT_FALSE(chain.silence(now).detail.empty());
  }
}

TEST(ChainFuzz, HoldsTogetherWhateverComes) {
  std::size_t ended = 0, failed = 0, whole = 0;
  for (unsigned seed = 0; seed < 4000; ++seed) {
    Dice dice(seed);
    const Steady began(std::chrono::hours(1));
    const std::set<std::string> optional =
        dice.below(2) == 0 ? std::set<std::string>{five[1]} : std::set<std::string>{};
    Chain chain(five, {}, {dice.of({"", "me"}), {"R0"}}, began, optional);
    Steady now = began;
    const std::size_t length = dice.below(40);
    std::size_t step = 0;
    for (std::size_t i = 0; i < length; ++i) {
      now += std::chrono::milliseconds(dice.below(300));
      const bool over = chain.state() == Chain::State::failed;
      const Failure before = chain.failure();
      chain.take(roll(dice, step), now);
      if (over) {
        ASSERT_EQ(chain.failure().detail, before.detail) << "a failure is the last word";
      }
      if (chain.state() == Chain::State::ended && dice.below(3) == 0) chain.disown();
      check(chain, now, i + 1);
      if (HasFatalFailure()) FAIL() << "seed " << seed << ", event " << i;
    }
    ended += chain.state() == Chain::State::ended;
    failed += chain.state() == Chain::State::failed;
    whole += chain.state() == Chain::State::ended && !chain.incomplete();
  }
  // The dice reach everywhere.
  EXPECT_GT(ended, 50U);
  EXPECT_GT(failed, 500U);
  EXPECT_GT(whole, 0U);
}

// What is no evidence changes nothing, wherever it comes: not the state, nor what is awaited, nor the
// verdict.
TEST(ChainFuzz, NoiseBetweenTheEventsLosesNothing) {
  const std::string noise[] = {
      R"({"type":"agent_thin)",
      "not json at all",
      R"({"type":"ack","received_type":"start_agent"})",
      R"({"type":"ping"})",
      R"({"type":"heartbeat_ack","status":"healthy"})",
      R"({"type":"system_message","data":{"event":"service_info","fallback_active":true}})",
      R"({"type":"agent_timeout_warning"})",
      R"({"type":"unheard_of","data":{"run_id":"R1","final_response":"3901"}})",
      R"([1,2,3])",
      R"({"type":null})",
      std::string("\x00\xff\x01\xfe", 4),
      std::string(100'000, '{'),
      R"({"type":"agent_completed","data":{"final_response":")" + std::string(5 * 1024 * 1024, 'x') +
          R"("}})"};
  const std::string events[] = {
      R"({"type":"agent_started","data":{"run_id":"R1"}})",
      R"({"type":"agent_thinking","data":{"run_id":"R1"}})",
      R"({"type":"tool_executing","data":{"run_id":"R1","tool_name":"a"}})",
      R"({"type":"tool_completed","data":{"run_id":"R1","tool_name":"a"}})",
      R"({"type":"agent_completed","data":{"run_id":"R1","final_response":"3901"}})"};
  std::vector<AgentEvent> noises;
  for (const std::string& frame : noise) noises.push_back(read_event(frame, five));
  Dice dice(11);
  for (int round = 0; round < 500; ++round) {
    const Steady began(std::chrono::hours(1));
    Chain clean(five, {}, {}, began), noisy(five, {}, {}, began);
    Steady now = began;
    const std::size_t length = 1 + dice.below(std::size(events));
    for (std::size_t i = 0; i < length; ++i) {
      for (std::size_t n = dice.below(4); n > 0; --n)
        noisy.take(noises[dice.below(noises.size())], now += std::chrono::milliseconds(dice.below(50)));
      now += std::chrono::milliseconds(1 + dice.below(100));
      clean.take(read_event(events[i], five), now);
      noisy.take(read_event(events[i], five), now);
      ASSERT_EQ(clean.state(), noisy.state());
      ASSERT_EQ(clean.progress(), noisy.progress());
      ASSERT_EQ(clean.answer(), noisy.answer());
      ASSERT_EQ(clean.wait().until, noisy.wait().until);
      ASSERT_EQ(clean.silence(now).detail, noisy.silence(now).detail);
      ASSERT_EQ(clean.overclaim(), noisy.overclaim());
    }
  }
}

// Cut anywhere, a frame is one event or none, never half of one.
TEST(EventFuzz, APartOfAFrameIsNoEvent) {
  const std::string frame =
      R"({"type":"agent_completed","data":{"run_id":"R1","payload":{"final_response":"3901"}},"timestamp":1.5})";
  for (std::size_t length = 0; length < frame.size(); ++length)
    ASSERT_EQ(read_event(std::string_view(frame).substr(0, length), five).kind, EventKind::unreadable)
        << length;
  EXPECT_EQ(read_event(frame, five).answer, "3901");
}

TEST(AnswerFuzz, AnyBytesAreJudged) {
  const std::string seeds[] = {"47 \u00d7 83 = 3760 + 141 = **3,901**", "three thousand nine hundred and one",
                               "\uff13\uff0c\uff19\uff10\uff11 or 3902", "amber, tulip, kettle"};
  const Challenge words{.question = "backwards: amber, tulip, kettle", .words = {"kettle", "tulip", "amber"}};
  Dice dice(13);
  std::size_t right = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = seeds[dice.below(std::size(seeds))];
    for (std::size_t changes = dice.below(4); changes > 0; --changes)
      text[dice.below(text.size())] = static_cast<char>(dice.below(256));
    text.resize(dice.below(text.size() + 1));
    right += answers(text, asked) + answers(text, words);
    // Being right is being there.
    if (answers(text, asked)) {
      ASSERT_TRUE(holds_number(text, asked.product) || text.contains("hundred")) << text;
    }
  }
  EXPECT_GT(right, 100U);
}

TEST(ChainFuzz, AFloodIsNotKept) {
  Chain chain(five, {}, {}, Steady(std::chrono::hours(1)));
  AgentEvent event;
  event.kind = EventKind::stage;
  for (int i = 0; i < 20'000; ++i) {
    event.name = i % 2 ? "tool_executing" : "agent_started";
    event.run_id = "R" + std::to_string(i);
    event.tool = "t" + std::to_string(i);
    event.agent = "a" + std::to_string(i);
    chain.take(event, Steady(std::chrono::hours(1)));
  }
  EXPECT_LE(chain.run_ids().size(), 64U);
}

TEST(EventFuzz, AnyBytesAreAnEvent) {
  const std::string seeds[] = {
      R"({"type":"agent_completed","data":{"run_id":"r","final_response":{"text":"3901"},"duration_ms":12.5,"timestamp":"2026-11-18T11:06:40Z"}})",
      R"({"type":"system_message","data":{"event":"service_info","missing_dependencies":["a",1,null,{}],"payload":{"x":[]}}})"};
  Dice dice(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string frame = seeds[dice.below(2)];
    for (std::size_t changes = 1 + dice.below(4); changes > 0; --changes)
      frame[dice.below(frame.size())] = static_cast<char>(dice.below(256));
    const AgentEvent event = read_event(frame, five);
    ASSERT_LE(event.name.size(), 300U);
    ASSERT_LE(event.words.size(), 1000U);
    ASSERT_LE(event.missing.size(), 10U);
  }
}

}  // namespace
}  // namespace answerback::probes
