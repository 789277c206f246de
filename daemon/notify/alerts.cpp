#include "notify/alerts.h"

#include <array>
#include <charconv>
#include <cmath>
#include <span>
#include <utility>

#include "model/sentence.h"
#include "model/text.h"

namespace answerback::notify {
namespace {

constexpr std::size_t text_cap = 4096;  // bytes of one annotation

void join(std::string& list, std::string_view between, std::string_view item) {
  if (!list.empty()) list += between;
  list += item;
}

std::string decimal(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), std::round(value * 10) / 10,
                                 std::chars_format::fixed)
                       .ptr;
  return {text.data(), end};
}

Gravity gravity_of(const ProbeInfo& probe, Health health, const Cause& cause) {
  if (health != Health::down) return Gravity::degraded;
  return probe.critical || !cause.capabilities.empty() ? Gravity::critical : Gravity::down;
}

std::map<std::string, std::string> labels_of(const Plan& plan, const ProbeInfo& probe, Gravity gravity,
                                             Reason reason) {
  std::map<std::string, std::string> labels{
      {"alertname", gravity == Gravity::degraded ? "AnswerbackProbeDegraded" : "AnswerbackProbeDown"},
      {"service", plan.service},
      {"probe", probe.name},
      {"severity", gravity == Gravity::critical ? "critical" : "warning"}};
  if (reason != Reason::none) labels.emplace("reason", name(reason));
  for (const auto& [label, value] : probe.labels) {
    if (!value.empty()) labels.emplace(label, value);
  }
  return labels;
}

std::map<std::string, std::string> annotations_of(const Plan& plan, std::span<const ProbeFacts> facts,
                                                  const Cause& cause) {
  std::string whys, impact, blocks;
  for (const std::string& why : cause.whys) join(whys, "\n", why);
  double total = 0, blocked = 0;
  for (const CapabilityInfo& each : plan.capabilities) total += each.value;
  for (const std::size_t i : cause.capabilities) {
    const CapabilityInfo& each = plan.capabilities[i];
    blocked += each.value;
    join(impact, "; ", each.impact.empty() ? each.name + " blocked" : each.impact);
  }
  for (const ProbeId id : cause.blocks) join(blocks, ", ", plan.probes[id].name);

  std::map<std::string, std::string> annotations;
  const auto add = [&](const char* key, std::string_view text) {
    if (!text.empty()) annotations.emplace(key, clip(text, text_cap));
  };
  add("summary", sentence_of(plan, facts, cause));
  add("description", whys.empty() ? std::string_view(facts[cause.probe].detail) : whys);
  add("reason", name(cause.reason));
  add("impact", impact);
  add("blocks", blocks);
  if (total > 0) add("value_blocked", decimal(percent(blocked, total)));
  add("runbook_url", plan.probes[cause.probe].runbook_url);
  return annotations;
}

}  // namespace

std::vector<Alert> alerts_of(const Snapshot& snapshot, std::string_view external_url) {
  const Plan& plan = *snapshot.plan;
  std::vector<ProbeFacts> facts;
  if (!snapshot.assessment->causes.empty()) {
    for (const auto& probe : snapshot.probes) facts.push_back(probe->facts);
  }
  std::vector<Alert> alerts;
  for (const Cause& cause : snapshot.assessment->causes) {
    if (!cause.silenced_by.empty() || !cause.healed.empty()) continue;
    const ProbeInfo& probe = plan.probes[cause.probe];
    const Gravity gravity = gravity_of(probe, facts[cause.probe].health, cause);
    alerts.push_back(
        {.probe = probe.name,
         .gravity = gravity,
         .labels = labels_of(plan, probe, gravity, cause.reason),
         .annotations = annotations_of(plan, facts, cause),
         .starts_at = cause.since,
         .url = external_url.empty() ? "" : std::string(external_url) + "/health/" + probe.name});
  }
  return alerts;
}

}  // namespace answerback::notify
