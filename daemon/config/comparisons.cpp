#include "config/comparisons.h"

#include <algorithm>
#include <array>
#include <string>

#include "config/common_keys.h"
#include "config/masking.h"

namespace answerback::config {
namespace {

struct Preset {
  Reason finding;
  std::string_view failing, failing_doc, working, working_doc;
};

constexpr std::array presets{
    Preset{Reason::edge_path, "edge", "the probe that goes through the edge", "direct",
           "the probe that goes past it"},
    Preset{Reason::auth_split_brain, "socket", "the probe whose token is refused", "sign_in",
           "the probe that signs in"},
    Preset{Reason::app_layer, "app", "the probe of the application's own layer", "database",
           "the probe of what lies below"},
    Preset{Reason::ready_lies, "observed", "the probe that sees for itself", "claim",
           "the probe whose pass says that the other is healthy"},
};

std::vector<std::string> names() {
  std::vector<std::string> names;
  for (const Preset& preset : presets) names.emplace_back(name(preset.finding));
  return names;
}

std::vector<Reason> read_reasons(Fields& fields) {
  std::vector<Reason> all;
  const auto words = fields.texts("fails_with", "only if it fails with one of these reasons");
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto reason = reason_named(words[i]);
    if (reason && *reason != Reason::none) {
      all.push_back(*reason);
      continue;
    }
    std::vector<std::string> known;
    for (const ReasonInfo& each : reasons()) known.emplace_back(each.name);
    const std::string_view near = nearest(words[i], known);
    fields.error("fails_with[" + std::to_string(i) + "]",
                 "no reason is named " + quote(words[i]) +
                     (near.empty() ? "" : " (did you mean " + quote(near) + "?)"));
  }
  return all;
}

void check_name(Fields& fields, const std::string& name, const Plan& plan) {
  if (name.empty()) return;
  if (const std::string wrong = name_error(name); !wrong.empty()) fields.error("name", wrong);
  if (std::ranges::find(plan.comparisons, name, &Comparison::name) != plan.comparisons.end())
    fields.error("name", "another comparison has this name");
}

// Which keys are known depends on the preset: where it is wrong, that is all there is to say.
void expect_anything(const Fields& fields) {
  for (const Preset& each : presets) {
    (void)fields.has(each.failing);
    (void)fields.has(each.working);
  }
  (void)fields.has("fails_with");
}

}  // namespace

void read_comparison(Fields& fields, Wiring& wiring, Plan& plan) {
  Comparison rule;
  rule.name = fields.required_text("name", "in every message about what it finds");
  check_name(fields, rule.name, plan);
  fields.required_text("preset", "what it looks for");
  const std::string preset = fields.one_of("preset", "", names(), "what it looks for");
  const auto found =
      std::ranges::find(presets, preset, [](const Preset& each) { return name(each.finding); });
  if (found == presets.end()) return expect_anything(fields);
  rule.reason = found->finding;
  const auto failing = wiring.probe(fields, found->failing, found->failing_doc);
  const auto working = wiring.probe(fields, found->working, found->working_doc);
  if (failing && failing == working) fields.error(found->working, "one probe cannot be both sides");
  if (rule.reason != Reason::ready_lies) rule.fails_with = read_reasons(fields);
  if (!failing || !working || failing == working) return;
  if (rule.reason == Reason::ready_lies) {
    auto& claims = plan.probes[*working].claims;
    if (std::ranges::find(claims, *failing) == claims.end()) claims.push_back(*failing);
    return;
  }
  if (rule.reason == Reason::auth_split_brain && rule.fails_with.empty()) rule.fails_with = {Reason::auth};
  rule.failing = *failing;
  rule.working = *working;
  plan.comparisons.push_back(std::move(rule));
}

}  // namespace answerback::config
