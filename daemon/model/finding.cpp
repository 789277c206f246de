#include "model/finding.h"

#include <algorithm>

#include "model/sentence.h"
#include "model/text.h"

namespace answerback {
namespace {

bool works(const ProbeFacts& facts) {
  return (facts.health == Health::up || facts.health == Health::degraded) && facts.good != Steady::min();
}

bool holds(const Comparison& rule, std::span<const ProbeFacts> facts,
           const std::vector<std::vector<ProbeId>>& caused_by) {
  const ProbeFacts &failing = facts[rule.failing], &working = facts[rule.working];
  if (failing.health != Health::down || !works(working) || working.good < failing.failing) return false;
  if (caused_by[rule.failing] != std::vector{rule.failing}) return false;
  return rule.fails_with.empty() ||
         std::ranges::find(rule.fails_with, failing.reason) != rule.fails_with.end();
}

// Of those it speaks for, the first that is down.
std::optional<ProbeId> belied_by(const ProbeInfo& probe, std::span<const ProbeFacts> facts) {
  for (const ProbeId id : probe.claims) {
    if (facts[id].health == Health::down) return id;
  }
  return std::nullopt;
}

}  // namespace

std::optional<ProbeResult> unmasked(const Plan& plan, std::span<const ProbeFacts> facts,
                                    const RunRecord& run) {
  const ProbeInfo& probe = plan.probes[run.probe];
  const Verdict verdict = run.result.verdict;
  if (probe.claims.empty() || (verdict != Verdict::pass && verdict != Verdict::warn)) return std::nullopt;
  std::string words = "passes";
  if (const auto claim = std::ranges::find(run.samples, Measure::claims_health, &Sample::measure);
      claim != run.samples.end()) {
    if (claim->value == 0) return std::nullopt;  // it admits that not all is well
    words = "says " + one_line(claim->label, Evidence::label_cap);
  }
  for (const ProbeId id : probe.claims) {
    const ProbeFacts& seen = facts[id];
    const bool fails = seen.health == Health::down && seen.good == Steady::min();
    if (!fails || run.started < seen.failing) continue;
    return ProbeResult::warn(Reason::ready_lies,
                             words + " while " + plan.probes[id].name + " is " + stated(seen, ": "));
  }
  return std::nullopt;
}

std::vector<Finding> findings(const Plan& plan, std::span<const ProbeFacts> facts,
                              const std::vector<std::vector<ProbeId>>& caused_by) {
  std::vector<Finding> found;
  for (const Comparison& rule : plan.comparisons) {
    if (!holds(rule, facts, caused_by)) continue;
    const ProbeFacts& working = facts[rule.working];
    found.push_back({.name = rule.name,
                     .reason = rule.reason,
                     .probe = rule.failing,
                     .with = rule.working,
                     .since = std::max(facts[rule.failing].since, working.since),
                     .detail = "while " + plan.probes[rule.working].name + " works, " + stated(working)});
  }
  for (ProbeId id = 0; id < plan.probes.size(); ++id) {
    if (facts[id].reason != Reason::ready_lies) continue;
    const auto other = belied_by(plan.probes[id], facts);
    if (!other) continue;  // it has recovered, and the next run of this one will say so
    found.push_back({.name = plan.probes[id].name,
                     .reason = Reason::ready_lies,
                     .probe = id,
                     .with = *other,
                     .since = facts[id].since,
                     .detail = facts[id].detail});
  }
  return found;
}

bool is_witness(const Plan& plan, ProbeId id) {
  return std::ranges::any_of(plan.comparisons, [&](const Comparison& rule) { return rule.working == id; });
}

}  // namespace answerback
