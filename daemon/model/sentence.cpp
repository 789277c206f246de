#include "model/sentence.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "model/graph.h"
#include "model/text.h"

namespace answerback {
namespace {

constexpr std::size_t causes_told = 3;
constexpr std::size_t items_told = 5;  // of any list
constexpr std::size_t text_cap = 200;  // bytes of a text that is not ours

std::vector<std::string> names(const Plan& plan, std::span<const ProbeFacts> facts,
                               std::span<const ProbeId> ids, Health health) {
  std::vector<std::string> names;
  for (const ProbeId id : ids) {
    if (facts[id].health == health) names.push_back(plan.probes[id].name);
  }
  return names;
}

// "; value blocked 60 %: Users get no AI responses"
std::string cost(const Plan& plan, const Cause& cause) {
  if (cause.capabilities.empty()) return plan.capabilities.empty() ? "" : "; no capability blocked";
  double total = 0, blocked = 0;
  for (const CapabilityInfo& capability : plan.capabilities) total += capability.value;
  std::vector<std::string> impacts;
  for (const std::size_t i : cause.capabilities) {
    const CapabilityInfo& capability = plan.capabilities[i];
    blocked += capability.value;
    impacts.push_back(
        one_line(capability.impact.empty() ? capability.name + " blocked" : capability.impact, text_cap));
  }
  const std::string value = total > 0 ? "value blocked " + rounded(percent(blocked, total)) : "blocked";
  return "; " + value + ": " + list(impacts);
}

std::string clause(std::string_view word, const std::vector<std::string>& names) {
  return names.empty() ? "" : "; " + std::string(word) + " " + list(names);
}

std::string tell(const Plan& plan, std::span<const ProbeFacts> facts, const Cause& cause) {
  const ProbeInfo& probe = plan.probes[cause.probe];
  std::string text = probe.name + ": " + stated(facts[cause.probe]);
  if (!cause.finding.empty()) text += "; " + std::string(name(cause.reason)) + ": " + cause.finding;
  const auto seen_since = [&](ProbeId id) { return facts[cause.probe].failed >= facts[id].recovered; };
  if (!cause.healed.empty())
    text += "; " + list(names(plan, facts, cause.healed, Health::up)) +
            (cause.healed.size() == 1 ? " is" : " are") + " up again" +
            (std::ranges::any_of(cause.healed, seen_since) ? " only lately" : ", no failure seen since");
  if (!probe.critical) text += "; not critical";
  text += clause("blocks", names(plan, facts, cause.blocks, Health::down));
  text += clause("degrades", names(plan, facts, cause.blocks, Health::degraded));
  // What we cannot see neither explains this failure nor is acquitted of it.
  text += clause("unknown:", names(plan, facts, dependencies(plan, cause.probe), Health::unknown));
  text += cost(plan, cause);
  if (!probe.runbook_url.empty()) text += "; runbook " + one_line(probe.runbook_url, text_cap);
  return text;
}

std::string waiting_for(std::span<const std::string> probes) {
  return "waiting for first results of " + list(probes);
}

std::string joined(std::span<const std::string> parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : " | ") + part;
  return text;
}

// Probes we know nothing of: never judged yet, or judged once and lost sight of since.
std::vector<std::string> unknowns(const Plan& plan, std::span<const ProbeFacts> facts) {
  std::vector<std::string> first, lost;
  for (std::size_t id = 0; id < facts.size(); ++id) {
    if (facts[id].health != Health::unknown) continue;
    const std::string& probe = plan.probes[id].name;
    if (facts[id].reason == Reason::none) {
      first.push_back(probe);
    } else {
      lost.push_back(probe + ": " + stated(facts[id]));
    }
  }
  if (lost.size() > causes_told) {
    const std::string rest = "and " + std::to_string(lost.size() - causes_told) + " more unknown";
    lost.resize(causes_told);
    lost.push_back(rest);
  }
  if (!first.empty()) lost.push_back(waiting_for(first));
  return lost;
}

std::string last_seen(const Plan& plan, std::span<const ProbeFacts> facts, std::span<const Cause> causes) {
  if (plan.probes.empty()) return "no probes are configured: nothing is known";
  std::vector<std::string> parts;
  for (const Cause& cause : causes.first(std::min(causes.size(), causes_told)))
    parts.push_back(tell(plan, facts, cause));
  if (causes.size() > causes_told)
    parts.push_back("and " + std::to_string(causes.size() - causes_told) + " more");
  std::ranges::move(unknowns(plan, facts), std::back_inserter(parts));
  return joined(parts);
}

// A cause with all it does, another with what explains it.
std::string tell_one(const Plan& plan, std::span<const ProbeFacts> facts, const Assessment& whole,
                     ProbeId id) {
  const auto cause = std::ranges::find(whole.causes, id, &Cause::probe);
  if (cause != whole.causes.end()) return tell(plan, facts, *cause);
  std::vector<std::string> because;
  for (const ProbeId root : whole.caused_by[id]) because.push_back(plan.probes[root].name);
  return plan.probes[id].name + ": " + stated(facts[id]) + clause("because of", because);
}

}  // namespace

std::string list(std::span<const std::string> items) {
  std::string text;
  for (const std::string& item : items.first(std::min(items.size(), items_told))) {
    if (!text.empty()) text += ", ";
    text += item;
  }
  if (items.size() > items_told) text += " and " + std::to_string(items.size() - items_told) + " more";
  return text;
}

std::string rounded(double percent) {
  if (percent > 0 && percent < 1) return "under 1 %";
  const double whole = std::round(percent);
  return std::to_string(static_cast<int>(whole >= 100 && percent < 100 ? 99 : whole)) + " %";
}

std::string stated(const ProbeFacts& facts, std::string_view before_fault) {
  std::string text(name(facts.health));
  if (facts.condition != Condition::none) text.append(", ").append(name(facts.condition));
  if (facts.reason != Reason::none) {
    const std::string fault = std::string(name(facts.reason)) + " at " + std::string(name(facts.phase));
    const bool of_now = facts.health != Health::unknown && facts.condition == Condition::none;
    text += of_now ? std::string(before_fault) + fault : ", last " + fault + ",";
  }
  text += " since " + iso_time(facts.since);
  if (!facts.detail.empty()) text += " (" + one_line(facts.detail, text_cap) + ")";
  return text;
}

std::string sentence(const Plan& plan, std::span<const ProbeFacts> facts, std::span<const Cause> causes,
                     std::string_view not_looking) {
  const std::string seen = last_seen(plan, facts, causes);
  if (not_looking.empty()) return seen;
  return "not looking: " + one_line(not_looking, text_cap) +
         "; the last answer is held: " + (seen.empty() ? "pass" : seen);
}

std::string sentence_about(const Plan& plan, std::span<const ProbeFacts> facts, const Assessment& whole,
                           std::span<const ProbeId> ids) {
  std::vector<std::string> told, rest, first;
  for (const ProbeId id : ids) {
    const Health health = facts[id].health;
    if (health == Health::up) continue;
    const std::string& probe = plan.probes[id].name;
    if (health == Health::unknown && facts[id].reason == Reason::none) {
      first.push_back(probe);
    } else if (told.size() < causes_told) {
      told.push_back(tell_one(plan, facts, whole, id));
    } else {
      rest.push_back(probe + ": " + std::string(name(health)));
    }
  }
  if (!rest.empty()) told.push_back(list(rest));
  if (!first.empty()) told.push_back(waiting_for(first));
  return joined(told);
}

std::string sentence_of(const Plan& plan, std::span<const ProbeFacts> facts, const Cause& cause) {
  return tell(plan, facts, cause);
}

}  // namespace answerback
