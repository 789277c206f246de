// What several probes come to together: through the pipeline, run by run.

#include <gmock/gmock.h>

#include "engine/pipeline.h"
#include "unit/engine/support.h"

namespace answerback::engine {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using Names = std::vector<std::string>;

struct FindingsTest : testing::Test {
  Memory memory;
  Steady now{1h};
  Wall wall = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
  Pipeline pipeline{[this](const Event& event) { memory.on(event); }, wall};

  void replace(std::shared_ptr<Plan> plan) { pipeline.replace(std::move(plan), now, wall); }
  void finish(ProbeId id, ProbeResult result, std::string peer = {}) {
    now += 100ms;
    wall += 100ms;
    pipeline.beat(now, wall);
    RunRecord record;
    record.probe = id;
    record.started = now - 10ms;
    record.ended = now;
    record.result = std::move(result);
    record.phase = Phase::welcome;
    record.peer = std::move(peer);
    record.frames = {{record.started + 5ms, "received", "{\"error_code\":\"TOKEN_EXPIRED\"}"}};
    pipeline.finished(std::move(record), wall);
  }
  std::shared_ptr<const Snapshot> look() { return pipeline.snapshot(wall); }
  const Incident& incident(const std::string& probe) {
    seen = look()->incidents;
    const auto found = std::ranges::find(*seen, probe, &Incident::probe);
    if (found == seen->end()) throw std::runtime_error("no incident of " + probe);
    return *found;
  }
  std::shared_ptr<const std::vector<Incident>> seen;
};

std::shared_ptr<Plan> split_brain() {
  auto agent = probe_info("agent");
  agent.depends_on = {1};
  auto plan = plan_of({probe_info("auth"), probe_info("websocket"), agent});
  for (ProbeInfo& each : plan->probes) each.thresholds = {.fall = 2, .rise = 1};
  plan->comparisons = {{.name = "tokens",
                        .reason = Reason::auth_split_brain,
                        .failing = 1,
                        .working = 0,
                        .fails_with = {Reason::auth}}};
  plan->capabilities = {{.name = "answers", .value = 60, .needs = {2}, .impact = "Users get no AI responses"},
                        {.name = "sign-in", .value = 40, .needs = {0}, .impact = "Users cannot sign in"}};
  return plan;
}

ProbeResult token_refused() { return ProbeResult::fail(Reason::auth, "TOKEN_EXPIRED, close 1008"); }

TEST_F(FindingsTest, ATokenSecretThatIsSplitIsOneCauseWithItsName) {
  replace(split_brain());
  for (const ProbeId id : {0U, 1U, 2U}) finish(id, ProbeResult::pass());
  finish(1, token_refused());
  finish(2, token_refused());
  finish(1, token_refused());
  look();
  EXPECT_EQ(look()->assessment->causes.at(0).reason, Reason::auth) << "sign-in was not asked since";
  finish(2, token_refused());
  finish(0, ProbeResult::pass());
  const auto whole = look()->assessment;
  ASSERT_EQ(whole->causes.size(), 1U);
  EXPECT_EQ(whole->causes[0].reason, Reason::auth_split_brain);
  EXPECT_THAT(whole->causes[0].whys, ElementsAre("Users get no AI responses (value blocked 60 %)",
                                                 HasSubstr("because agent is down: auth"),
                                                 HasSubstr("because websocket is down: auth at welcome"),
                                                 HasSubstr("which is auth_split_brain")));
  EXPECT_EQ(incident("websocket").reason, Reason::auth_split_brain);
  EXPECT_EQ(incident("websocket").blocks, Names{"agent"});
  EXPECT_EQ(incident("websocket").value_blocked, 60);
  EXPECT_EQ(incident("agent").cause, "websocket");

  finish(1, ProbeResult::pass());
  EXPECT_TRUE(look()->assessment->findings.empty());
}

TEST_F(FindingsTest, AFindingThatComesWithAnotherRunIsNews) {
  replace(split_brain());
  for (const ProbeId id : {0U, 1U, 2U}) finish(id, ProbeResult::pass());
  finish(1, token_refused());
  finish(1, token_refused());
  look();
  const auto told = memory.all<OutputChanged>().size();
  finish(0, ProbeResult::pass());
  look();
  ASSERT_EQ(memory.all<OutputChanged>().size(), told + 1);
  EXPECT_THAT(memory.all<OutputChanged>().back().output, HasSubstr("auth_split_brain: while auth works"));
  finish(0, ProbeResult::pass());
  look();
  EXPECT_EQ(memory.all<OutputChanged>().size(), told + 1) << "told once";
}

TEST_F(FindingsTest, AnEndpointThatCallsTheAgentHealthyLies) {
  auto plan = plan_of({probe_info("ready"), probe_info("agent")});
  plan->probes[0].claims = {1};
  replace(plan);
  finish(1, ProbeResult::pass());
  finish(0, ProbeResult::pass());
  for (int i = 0; i < 3; ++i) finish(1, ProbeResult::fail(Reason::no_start, "0 of 5 events in 15 s"));
  EXPECT_EQ(look()->probes[0]->state.health, Health::up) << "not asked since";
  finish(0, ProbeResult::pass());
  const auto whole = look();
  EXPECT_EQ(whole->probes[0]->state.health, Health::degraded);
  EXPECT_EQ(whole->probes[0]->facts.reason, Reason::ready_lies);
  EXPECT_THAT(whole->probes[0]->facts.detail, HasSubstr("while agent is down: no_start"));
  ASSERT_EQ(whole->assessment->causes.size(), 2U);
  EXPECT_EQ(whole->assessment->causes[0].probe, 1U) << "the outage comes first";
  EXPECT_EQ(whole->assessment->causes[1].reason, Reason::ready_lies);
  EXPECT_EQ(incident("ready").reason, Reason::ready_lies);
  finish(1, ProbeResult::pass());
  finish(1, ProbeResult::pass());
  finish(0, ProbeResult::pass());
  EXPECT_EQ(look()->assessment->status, Status::pass);
  EXPECT_EQ(memory.all<IncidentClosed>().size(), 2U);
}

TEST_F(FindingsTest, AnIncidentSaysWhatItsRunSawAndWhyAndWhatItCost) {
  auto agent = probe_info("agent");
  agent.depends_on = {0};
  auto plan = plan_of({probe_info("postgres"), agent});
  plan->capabilities = {
      {.name = "answers", .value = 60, .needs = {1}, .impact = "Users get no AI responses"}};
  replace(plan);
  finish(0, ProbeResult::pass(), "10.0.0.7:5432");
  finish(1, ProbeResult::pass());
  replace(std::make_shared<Plan>(*plan));
  const Wall reloaded = wall;
  for (int i = 0; i < 3; ++i) finish(1, ProbeResult::fail(Reason::no_start, "0 of 5 events in 15 s"));
  EXPECT_EQ(incident("agent").cause, "agent") << "as far as is known yet";
  EXPECT_EQ(incident("agent").value_blocked, 100);
  for (int i = 0; i < 3; ++i) finish(0, refused(), "10.0.0.8:5432");
  const Incident& root = incident("postgres");
  EXPECT_EQ(root.phase, Phase::welcome);
  EXPECT_EQ(root.detail, "refused");
  ASSERT_EQ(root.frames.size(), 1U);
  EXPECT_EQ(root.frames[0].offset, 5ms);
  EXPECT_EQ(root.frames[0].label, "received");
  EXPECT_EQ(root.blocks, Names{"agent"});
  EXPECT_EQ(root.impacts, Names{"Users get no AI responses"});
  EXPECT_THAT(
      root.whys,
      Contains(HasSubstr("postgres showed another address 10.0.0.8:5432, before that 10.0.0.7:5432")));
  EXPECT_THAT(root.whys, Contains(HasSubstr("the configuration was reloaded at")));
  EXPECT_LE(reloaded, root.since);
  EXPECT_EQ(incident("agent").cause, "postgres") << "and now it is";
  EXPECT_THAT(incident("agent").whys, Contains(HasSubstr("because postgres is down")));
  EXPECT_EQ(memory.all<IncidentOpened>().size(), 2U);
}

TEST_F(FindingsTest, AThousandProbesAtRandomHaveTheirCausesAndCostLittle) {
  std::mt19937_64 dice(3);
  std::vector<ProbeInfo> infos;
  for (ProbeId id = 0; id < 1000; ++id) {
    infos.push_back(probe_info("p" + std::to_string(id)));
    for (int i = 0; i < 3 && id > 0; ++i) {
      if (dice() % 3 == 0) continue;
      const auto needed = static_cast<ProbeId>(dice() % id);
      if (std::ranges::find(infos.back().depends_on, needed) == infos.back().depends_on.end())
        infos.back().depends_on.push_back(needed);
    }
  }
  const auto plan = plan_of(infos);
  replace(plan);
  std::vector<bool> fails(1000);
  for (int round = 0; round < 3; ++round) {
    for (ProbeId id = 0; id < 1000; ++id) {
      fails[id] = dice() % 10 == 0;
      const auto result = fails[id] ? refused() : ProbeResult::pass();
      for (int run = 0; run < 3; ++run) {
        RunRecord record;
        record.probe = id;
        record.started = record.ended = now;
        record.result = result;
        pipeline.finished(std::move(record), wall);
      }
    }
    std::vector<ProbeId> roots, told;
    for (ProbeId id = 0; id < 1000; ++id) {
      if (!fails[id]) continue;
      std::vector<ProbeId> open = infos[id].depends_on;
      std::vector<bool> seen_before(1000);
      bool explained = false;
      while (!open.empty() && !explained) {
        const ProbeId next = open.back();
        open.pop_back();
        if (seen_before[next]) continue;
        seen_before[next] = true;
        explained = fails[next];
        open.insert(open.end(), infos[next].depends_on.begin(), infos[next].depends_on.end());
      }
      if (!explained) roots.push_back(id);
    }
    for (const Cause& cause : look()->assessment->causes) told.push_back(cause.probe);
    std::ranges::sort(told);
    EXPECT_EQ(told, roots);
    EXPECT_GT(roots.size(), 5U);
    for (const Cause& cause : look()->assessment->causes) EXPECT_FALSE(cause.whys.empty());
  }
}

}  // namespace
}  // namespace answerback::engine
