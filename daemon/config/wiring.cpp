#include "config/wiring.h"

#include <algorithm>
#include <utility>

#include "config/common_keys.h"
#include "config/config_state.h"
#include "config/masking.h"
#include "model/graph.h"

namespace answerback::config {

bool Wiring::take(const std::string& name, Taken taken, Fields blame, const std::string& key) {
  const auto [first, fresh] = taken_.emplace(name, std::move(taken));
  if (fresh) return true;
  const Place& place = first->second.place;
  blame.error(key, std::string("this name is already taken by a ") +
                       (first->second.group ? "group" : "probe") + " at " + place.file + ":" +
                       std::to_string(place.line) + ":" + std::to_string(place.column));
  return false;
}

void Wiring::take_probe(ProbeId id, const Fields& fields) {
  const std::string& name = config_.plan.probes[id].name;
  if (name.empty()) return;
  if (take(name, {fields.place(), false, id}, fields, "name")) probes_.push_back(name);
}

void Wiring::take_group(const std::string& name, Fields root, const Fields& group) {
  const std::string key = "groups." + name;
  if (const std::string wrong = name_error(name); !wrong.empty()) root.error(key, wrong);
  take(name, {group.place(), true, 0}, root, key);
}

std::vector<ProbeId> Wiring::resolve(Fields& fields, std::string_view key,
                                     const std::vector<std::string>& names) {
  std::vector<ProbeId> ids;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string at = std::string(key) + "[" + std::to_string(i) + "]";
    const auto found = taken_.find(names[i]);
    if (found == taken_.end()) {
      const bool hint =
          complete_ && !config_.state->document->diagnostics.full();  // a hint looks at every name
      const std::string_view near = hint ? nearest(names[i], probes_) : "";
      if (complete_)
        fields.error(at, "no probe is named " + quote(names[i]) +
                             (near.empty() ? "" : " (did you mean " + quote(near) + "?)"));
    } else if (found->second.group) {
      fields.error(at, quote(names[i]) + " is a group; name its probes");
    } else if (std::ranges::find(ids, found->second.id) != ids.end()) {
      fields.error(at, quote(names[i]) + " stands here twice");
    } else {
      ids.push_back(found->second.id);
    }
  }
  return ids;
}

std::vector<ProbeId> Wiring::needs(Fields fields) {
  const Diagnostics& diagnostics = config_.state->document->diagnostics;
  const std::size_t before = diagnostics.all().size();
  const std::vector<std::string> names = fields.texts("needs", "the probes it needs, all of them");
  const bool said = diagnostics.all().size() > before;
  if (names.empty() && !said) fields.error("needs", "must name at least one probe");
  return resolve(fields, "needs", names);
}

std::vector<ProbeId> Wiring::probes(Fields& fields, std::string_view key, std::string_view doc) {
  return resolve(fields, key, fields.texts(key, doc));
}

std::optional<ProbeId> Wiring::probe(Fields& fields, std::string_view key, std::string_view doc) {
  const std::string name = fields.required_text(key, doc);
  if (name.empty()) return std::nullopt;
  const auto ids = resolve(fields, key, {name});
  return ids.empty() ? std::nullopt : std::optional(ids.front());
}

void Wiring::claims(ProbeId id, const Fields& fields) {
  auto claims = fields.glance("claims");
  if (!claims || !claims->has("probe")) return;
  const std::string name = claims->text("probe", "", "");
  if (name.empty()) return;
  std::vector<ProbeId>& others = config_.plan.probes[id].claims;
  for (const ProbeId other : resolve(*claims, "probe", {name})) others.push_back(other);
  if (std::erase(others, id) > 0)
    claims->error("probe", "a probe says nothing of itself that it has not seen");
}

void Wiring::depends_on(ProbeId id, Fields& fields) {
  ProbeInfo& probe = config_.plan.probes[id];
  probe.depends_on =
      resolve(fields, "depends_on", fields.texts("depends_on", "probes whose failure explains its own"));
  if (std::erase(probe.depends_on, id) > 0) fields.error("depends_on", "depends on itself");
}

void Wiring::check_cycles() {
  const std::vector<std::string> cycle = find_cycle(config_.plan);
  if (cycle.empty()) return;
  std::string text;
  for (const std::string& name : cycle) text += (text.empty() ? "" : " -> ") + name;
  const auto first = taken_.find(cycle.front());
  if (first == taken_.end()) return;
  config_.probes[first->second.id].fields.error("depends_on", "a cycle: " + text);
}

}  // namespace answerback::config
