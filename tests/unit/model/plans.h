#pragma once
// Small plans, written the way the tests think of them.

#include <initializer_list>
#include <random>
#include <string>
#include <vector>

#include "model/assess.h"

namespace answerback::test {

inline Plan plan_of(std::initializer_list<std::pair<std::string, std::vector<ProbeId>>> probes) {
  Plan plan;
  for (const auto& [name, depends_on] : probes) {
    plan.probes.emplace_back();
    plan.probes.back().name = name;
    plan.probes.back().depends_on = depends_on;
  }
  return plan;
}

// A random graph without cycles whose order in the plan says nothing about who depends on whom.
inline Plan random_plan(std::mt19937_64& random, std::size_t size, double density) {
  std::vector<ProbeId> rank(size);
  for (ProbeId i = 0; i < size; ++i) rank[i] = i;
  std::shuffle(rank.begin(), rank.end(), random);
  std::bernoulli_distribution edge(density);
  Plan plan;
  plan.probes.resize(size);
  for (ProbeId from = 0; from < size; ++from) {
    plan.probes[from].name = "p" + std::to_string(from);
    for (ProbeId to = 0; to < size; ++to) {
      if (rank[to] < rank[from] && edge(random)) plan.probes[from].depends_on.push_back(to);
    }
  }
  return plan;
}

inline std::vector<Health> random_health(std::mt19937_64& random, std::size_t size) {
  std::uniform_int_distribution<int> any(0, 3);
  std::vector<Health> health(size);
  for (Health& h : health) h = static_cast<Health>(any(random));
  return health;
}

// 2026-11-22T03:12:09Z and seconds later.
inline Wall at(int seconds = 0) {
  using namespace std::chrono;
  return Wall(sys_days(year(2026) / November / 22) + hours(3) + minutes(12) +
              std::chrono::seconds(9 + seconds));
}

inline ProbeFacts up() { return {.health = Health::up, .since = at(-3600), .detail = {}}; }
inline ProbeFacts unknown() { return {.health = Health::unknown, .since = at(-3600), .detail = {}}; }
inline ProbeFacts refused(Wall since = at(), Health health = Health::down) {
  return {.health = health,
          .since = since,
          .reason = Reason::connect_refused,
          .phase = Phase::connect,
          .detail = "connection refused by 127.0.0.1:5432"};
}

}  // namespace answerback::test
