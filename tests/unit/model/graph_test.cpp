#include "model/graph.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "unit/model/plans.h"

namespace answerback {
namespace {

using namespace test;
using enum Health;
using Ids = std::vector<ProbeId>;
using Names = std::vector<std::string>;

TEST(FindCycle, NamesTheProbesAlongIt) {
  EXPECT_EQ(find_cycle(plan_of({{"a", {}}, {"b", {0}}, {"c", {0, 1}}})), Names{});
  EXPECT_EQ(find_cycle(plan_of({{"a", {0}}})), (Names{"a", "a"}));
  EXPECT_EQ(find_cycle(plan_of({{"a", {1}}, {"b", {2}}, {"c", {3}}, {"d", {1}}})),
            (Names{"b", "c", "d", "b"}));
  EXPECT_EQ(find_cycle(Plan{}), Names{});
}

TEST(FindCycle, GoesRoundAThousandProbes) {
  Plan ring;
  ring.probes.resize(1000);
  for (ProbeId id = 0; id < 1000; ++id) {
    ring.probes[id].name = std::to_string(id);
    ring.probes[id].depends_on = {(id + 1) % 1000};
  }
  EXPECT_EQ(find_cycle(ring).size(), 1001u);
  ring.probes[999].depends_on = {};
  EXPECT_EQ(find_cycle(ring), Names{});
}

TEST(FindCycle, AgreesWithReachingOneself) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 2000; ++round) {
    Plan plan = random_plan(random, 1 + random() % 8, 0.3);
    const std::size_t size = plan.probes.size();
    plan.probes[random() % size].depends_on.push_back(static_cast<ProbeId>(random() % size));
    std::vector<std::vector<bool>> reach(size, std::vector<bool>(size));
    for (ProbeId id = 0; id < size; ++id) {
      for (const ProbeId needed : plan.probes[id].depends_on) reach[id][needed] = true;
    }
    for (std::size_t k = 0; k < size; ++k) {
      for (std::size_t i = 0; i < size; ++i) {
        for (std::size_t j = 0; j < size; ++j) {
          if (reach[i][k] && reach[k][j]) reach[i][j] = true;
        }
      }
    }
    bool cyclic = false;
    for (std::size_t i = 0; i < size; ++i) cyclic = cyclic || reach[i][i];
    const Names cycle = find_cycle(plan);
    ASSERT_EQ(!cycle.empty(), cyclic);
    for (std::size_t i = 0; i + 1 < cycle.size(); ++i) {
      const Ids& needs = plan.probe(cycle[i])->depends_on;
      ASSERT_TRUE(
          std::ranges::any_of(needs, [&](ProbeId id) { return plan.probes[id].name == cycle[i + 1]; }));
    }
    if (cyclic) {
      ASSERT_EQ(cycle.front(), cycle.back());
    }
  }
}

//  agent -> websocket -> auth
//        -> postgres
Plan platform() { return plan_of({{"auth", {}}, {"postgres", {}}, {"websocket", {0}}, {"agent", {2, 1}}}); }

TEST(RootCauses, AreAtTheBottom) {
  EXPECT_EQ(root_causes(platform(), std::vector{down, up, down, down}),
            (std::vector<Ids>{{0}, {}, {0}, {0}}));
  EXPECT_EQ(root_causes(platform(), std::vector{down, down, down, down}),
            (std::vector<Ids>{{0}, {1}, {0}, {0, 1}}));
  EXPECT_EQ(root_causes(platform(), std::vector{up, up, up, down}), (std::vector<Ids>{{}, {}, {}, {3}}));
  EXPECT_EQ(root_causes(platform(), std::vector{up, up, up, up}), (std::vector<Ids>{{}, {}, {}, {}}));
}

TEST(RootCauses, AreSeenThroughADependencyThatHasNotNoticedYet) {
  EXPECT_EQ(root_causes(platform(), std::vector{down, up, up, down}), (std::vector<Ids>{{0}, {}, {}, {0}}));
}

TEST(RootCauses, AnUnknownDependencyNeitherExplainsNorAcquits) {
  EXPECT_EQ(root_causes(platform(), std::vector{up, unknown, up, down}), (std::vector<Ids>{{}, {}, {}, {3}}));
  EXPECT_EQ(root_causes(platform(), std::vector{unknown, unknown, unknown, unknown}),
            (std::vector<Ids>{{}, {}, {}, {}}));
}

TEST(RootCauses, AWarningDoesNotExplainAnOutage) {
  EXPECT_EQ(root_causes(platform(), std::vector{up, degraded, up, down}),
            (std::vector<Ids>{{}, {1}, {}, {3}}));
  EXPECT_EQ(root_causes(platform(), std::vector{up, degraded, up, degraded}),
            (std::vector<Ids>{{}, {1}, {}, {1}}));
  EXPECT_EQ(root_causes(platform(), std::vector{up, down, up, degraded}),
            (std::vector<Ids>{{}, {1}, {}, {1}}));
  EXPECT_EQ(root_causes(platform(), std::vector{down, degraded, up, degraded}),
            (std::vector<Ids>{{0}, {1}, {}, {0}}))
      << "an outage comes before a warning";
}

std::set<ProbeId> below(const Plan& plan, ProbeId id) {
  std::set<ProbeId> all;
  for (const ProbeId needed : plan.probes[id].depends_on) {
    all.insert(needed);
    all.merge(below(plan, needed));
  }
  return all;
}

TEST(RootCauses, AgreeWithTheDefinitionOnRandomGraphs) {
  std::mt19937_64 random(42);
  for (int round = 0; round < 5000; ++round) {
    const Plan plan = random_plan(random, 1 + random() % 12, 0.25);
    const std::vector<Health> health = random_health(random, plan.probes.size());
    const auto of = [&](const std::set<ProbeId>& ids, Health looked_for) {
      std::set<ProbeId> found;
      for (const ProbeId id : ids) {
        if (health[id] == looked_for) found.insert(id);
      }
      return found;
    };
    const std::vector<Ids> causes = root_causes(plan, health);
    for (ProbeId id = 0; id < plan.probes.size(); ++id) {
      const std::set<ProbeId> needs = below(plan, id);
      std::set<ProbeId> expected;
      if (health[id] == down || health[id] == degraded) {
        for (const Health kind : {down, degraded}) {
          if (kind == degraded && (health[id] == down || !expected.empty())) break;
          for (const ProbeId needed : of(needs, kind)) {
            if (of(below(plan, needed), kind).empty()) expected.insert(needed);
          }
        }
        if (expected.empty()) expected.insert(id);
      }
      ASSERT_EQ(causes[id], Ids(expected.begin(), expected.end())) << "round " << round << " probe " << id;
    }
    for (ProbeId id = 0; id < plan.probes.size(); ++id) {
      for (const ProbeId root : causes[id]) ASSERT_EQ(causes[root], Ids{root}) << "a root is its own cause";
      const std::set<ProbeId> needs = below(plan, id);
      ASSERT_EQ(dependencies(plan, id), Ids(needs.begin(), needs.end()));
      for (const ProbeId needed : needs) {
        const Ids users = dependents(plan, needed);
        ASSERT_TRUE(std::ranges::is_sorted(users));
        ASSERT_TRUE(std::ranges::binary_search(users, id));
      }
    }
  }
}

// By brute force: for each probe everything below it, and for each of those everything below that.
class Oracle {
 public:
  Oracle(const Plan& plan, std::span<const Health> health) : plan_(plan), health_(health) {
    for (ProbeId id = 0; id < plan.probes.size(); ++id) below_.push_back(below(id));
  }

  Ids causes(ProbeId id) const {
    if (health_[id] != down && health_[id] != degraded) return {};
    for (const Health kind : {down, degraded}) {
      if (kind == degraded && health_[id] == down) break;
      Ids found;
      for (const ProbeId needed : below_[id]) {
        if (health_[needed] == kind && !any_below(needed, kind)) found.push_back(needed);
      }
      if (!found.empty()) return found;
    }
    return {id};
  }

 private:
  Ids below(ProbeId id) const {
    std::set<ProbeId> all;
    std::vector<ProbeId> open = plan_.probes[id].depends_on;
    while (!open.empty()) {
      const ProbeId next = open.back();
      open.pop_back();
      if (!all.insert(next).second) continue;
      open.insert(open.end(), plan_.probes[next].depends_on.begin(), plan_.probes[next].depends_on.end());
    }
    return {all.begin(), all.end()};
  }
  bool any_below(ProbeId id, Health kind) const {
    return std::ranges::any_of(below_[id], [&](ProbeId needed) { return health_[needed] == kind; });
  }

  const Plan& plan_;
  std::span<const Health> health_;
  std::vector<Ids> below_;
};

// Sparse graphs have long ways and few roots, dense ones the reverse; failures from a few to nearly all.
TEST(RootCauses, OfAThousandProbesAgreeWithBruteForce) {
  std::mt19937_64 random(1000);
  std::size_t roots = 0, symptoms = 0;
  for (const double density : {0.001, 0.003, 0.01}) {
    for (const double failing : {0.02, 0.2, 0.7}) {
      const Plan plan = random_plan(random, 1000, density);
      std::vector<Health> health(1000, up);
      for (Health& each : health) {
        if (std::bernoulli_distribution(failing)(random)) each = random_health(random, 1)[0];
      }
      const Oracle oracle(plan, health);
      const std::vector<Ids> causes = root_causes(plan, health);
      for (ProbeId id = 0; id < 1000; ++id) {
        ASSERT_EQ(causes[id], oracle.causes(id)) << "density " << density << " probe " << id;
        if (causes[id] == Ids{id}) ++roots;
        if (!causes[id].empty() && causes[id] != Ids{id}) ++symptoms;
      }
      const std::vector<ProbeFacts> facts = [&] {
        std::vector<ProbeFacts> all(1000, test::up());
        for (ProbeId id = 0; id < 1000; ++id) all[id].health = health[id];
        return all;
      }();
      Ids told;
      for (const Cause& cause : assess(plan, facts).causes) told.push_back(cause.probe);
      std::ranges::sort(told);
      Ids expected;
      for (ProbeId id = 0; id < 1000; ++id) {
        if (oracle.causes(id) == Ids{id}) expected.push_back(id);
      }
      ASSERT_EQ(told, expected);
    }
  }
  EXPECT_GT(roots, 500U);
  EXPECT_GT(symptoms, 500U);
}

TEST(RootCauses, OfAChainOfAThousandAreAtItsEnd) {
  Plan chain;
  chain.probes.resize(1000);
  for (ProbeId id = 0; id + 1 < 1000; ++id) chain.probes[id].depends_on = {id + 1};
  for (const Ids& causes : root_causes(chain, std::vector(1000, down))) ASSERT_EQ(causes, Ids{999});
  EXPECT_EQ(dependents(chain, 999).size(), 999u);
  EXPECT_EQ(dependents(chain, 0), Ids{});
}

TEST(RootCauses, OfAThousandProbesInTenLayersAreFoundDespiteAMillionPaths) {
  Plan plan;
  plan.probes.resize(1000);
  for (ProbeId id = 100; id < 1000; ++id) {
    for (ProbeId needed = id / 100 * 100 - 100; needed < id / 100 * 100; needed += 10)
      plan.probes[id].depends_on.push_back(needed);
  }
  std::vector<Health> health(1000, down);
  const std::vector<Ids> causes = root_causes(plan, health);
  EXPECT_EQ(causes[999], (Ids{0, 10, 20, 30, 40, 50, 60, 70, 80, 90}));
}

TEST(RootCauses, EndEvenOnACycle) {
  const Plan plan = plan_of({{"a", {1}}, {"b", {0}}, {"c", {2}}, {"d", {0}}});
  EXPECT_EQ(root_causes(plan, std::vector(4, down)).size(), 4u);
  EXPECT_EQ(dependents(plan, 0), (Ids{1, 3}));
}

}  // namespace
}  // namespace answerback
