#include "model/whys.h"

#include <algorithm>

#include "model/graph.h"
#include "model/sentence.h"
#include "model/text.h"

namespace answerback {
namespace {

constexpr std::size_t text_cap = 200;                   // bytes of a text that is not ours
constexpr Duration recent = std::chrono::hours(24);     // a change before that explains nothing
constexpr Duration noticing = std::chrono::minutes(1);  // a change may be seen a little after what it did

// The shortest way down from `felt` to `root`, both included; empty if there is none.
std::vector<ProbeId> way_down(const Plan& plan, ProbeId felt, ProbeId root) {
  constexpr ProbeId none = static_cast<ProbeId>(-1);
  std::vector<ProbeId> from(plan.probes.size(), none);
  std::vector<ProbeId> open{felt};
  from[felt] = felt;
  for (std::size_t i = 0; i < open.size() && from[root] == none; ++i) {
    for (const ProbeId needed : plan.probes[open[i]].depends_on) {
      if (from[needed] != none) continue;
      from[needed] = open[i];
      open.push_back(needed);
    }
  }
  std::vector<ProbeId> way;
  if (from[root] == none) return way;
  for (ProbeId at = root; at != felt; at = from[at]) way.push_back(at);
  way.push_back(felt);
  std::ranges::reverse(way);
  return way;
}

std::string impact(const Plan& plan, const Cause& cause) {
  std::vector<std::string> impacts;
  for (const std::size_t i : cause.capabilities) {
    const CapabilityInfo& capability = plan.capabilities[i];
    impacts.push_back(
        one_line(capability.impact.empty() ? capability.name + " is blocked" : capability.impact, text_cap));
  }
  return list(impacts) + " (value blocked " + rounded(cause.value_blocked) + ")";
}

std::string link(const Plan& plan, const ProbeFacts& facts, ProbeId id) {
  const std::string& probe = plan.probes[id].name;
  if (facts.health == Health::up) return probe + ", which has not failed yet itself";
  return probe + " is " + stated(facts, ": ");
}

// What lies around the way: everything it depends on that is not on it, by health.
std::string surroundings(const Plan& plan, std::span<const ProbeFacts> facts, std::span<const ProbeId> way,
                         const Cause& cause) {
  std::vector<std::string> up, healed, lately, degraded, down, unknown;
  for (const ProbeId id : dependencies(plan, way.front())) {
    if (std::ranges::find(way, id) != way.end()) continue;
    const Health health = facts[id].health;
    const bool back = std::ranges::binary_search(cause.healed, id);
    const bool failed_since = facts[cause.probe].failed >= facts[id].recovered;
    (back && failed_since         ? lately
     : back                       ? healed
     : health == Health::up       ? up
     : health == Health::degraded ? degraded
     : health == Health::down     ? down
                                  : unknown)
        .push_back(plan.probes[id].name);
  }
  std::string text;
  const auto clause = [&](const std::vector<std::string>& names, std::string_view was) {
    if (names.empty()) return;
    text += (text.empty() ? "" : "; ") + list(names) + (names.size() == 1 ? " was " : " were ") +
            std::string(was);
  };
  clause(healed, "down when it last failed");
  clause(lately, "down until lately");
  clause(up, "up");
  clause(degraded, "degraded");
  clause(down, "down as well");
  clause(unknown, "unknown: neither blamed nor cleared");
  return text;
}

// "90 s before", "2 h 5 min before"
std::string before(Duration ago) {
  using namespace std::chrono;
  const auto s = duration_cast<std::chrono::seconds>(ago).count();
  if (s < 120) return std::to_string(std::max<std::int64_t>(s, 0)) + " s before";
  if (s < 7200) return std::to_string(s / 60) + " min before";
  return std::to_string(s / 3600) + " h " + std::to_string(s / 60 % 60) + " min before";
}

std::string changes(const Plan& plan, std::span<const ProbeFacts> facts, const Cause& cause,
                    std::span<const ProbeId> way, std::optional<Wall> reloaded) {
  std::vector<Changed> all;
  const auto may_matter = [&](Wall at) { return at <= cause.since + noticing && cause.since - at <= recent; };
  if (reloaded && may_matter(*reloaded)) all.push_back({*reloaded, "the configuration was reloaded"});
  for (const ProbeId id : way) {
    for (const Changed& each : facts[id].changes) {
      if (may_matter(each.at))
        all.push_back({each.at, plan.probes[id].name + " showed another " + each.what});
    }
  }
  std::ranges::sort(all, std::ranges::greater(), &Changed::at);
  std::vector<std::string> told;
  for (const Changed& each : all) {
    const std::string ago = each.at <= cause.since ? ", " + before(cause.since - each.at) : "";
    told.push_back(each.what + " at " + iso_time(each.at) + ago);
  }
  std::string text;
  for (const std::string& each : told) text += (text.empty() ? "changed last: " : "; ") + each;
  return text;
}

}  // namespace

ProbeId felt_at(const Plan& plan, std::span<const ProbeFacts> facts, const Cause& cause) {
  const auto blocked = [&](ProbeId id) { return std::ranges::binary_search(cause.blocks, id); };
  if (!cause.capabilities.empty()) {
    const auto dearest = std::ranges::max_element(cause.capabilities, {},
                                                  [&](std::size_t i) { return plan.capabilities[i].value; });
    const auto& needs = plan.capabilities[*dearest].needs;
    const auto needed = std::ranges::find_if(
        needs, [&](ProbeId id) { return facts[id].health == Health::down && blocked(id); });
    return needed == needs.end() ? cause.probe : *needed;
  }
  std::vector<ProbeId> inner;  // depended on by another that is blocked
  for (const ProbeId id : cause.blocks)
    inner.insert(inner.end(), plan.probes[id].depends_on.begin(), plan.probes[id].depends_on.end());
  std::ranges::sort(inner);
  const auto outer =
      std::ranges::find_if(cause.blocks, [&](ProbeId id) { return !std::ranges::binary_search(inner, id); });
  return outer == cause.blocks.end() ? cause.probe : *outer;
}

std::vector<std::string> whys(const Plan& plan, std::span<const ProbeFacts> facts, const Cause& cause,
                              ProbeId felt, std::optional<Wall> reloaded) {
  std::vector<ProbeId> way = way_down(plan, felt, cause.probe);
  if (way.empty()) way = {cause.probe};
  std::vector<std::string> told;
  if (!cause.capabilities.empty()) told.push_back(impact(plan, cause));
  for (const ProbeId id : way) told.push_back((told.empty() ? "" : "because ") + link(plan, facts[id], id));
  if (!cause.finding.empty()) {
    told.push_back("which is " + std::string(name(cause.reason)) + " (" + std::string(meaning(cause.reason)) +
                   "): " + cause.finding);
  }
  for (std::string each :
       {surroundings(plan, facts, way, cause), changes(plan, facts, cause, way, reloaded)}) {
    if (!each.empty()) told.push_back(std::move(each));
  }
  return told;
}

}  // namespace answerback
