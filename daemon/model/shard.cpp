#include "model/shard.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <tuple>
#include <utility>

#include "model/name_hash.h"
#include "model/text.h"

namespace answerback {
namespace {

std::optional<std::uint32_t> whole_number(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// "answerback-12": 12
std::optional<std::uint32_t> ordinal(std::string_view pod) {
  const auto dash = pod.rfind('-');
  return dash == std::string_view::npos ? std::nullopt : whole_number(pod.substr(dash + 1));
}

// From an id of the whole to that of the part.
class Renumbering {
 public:
  Renumbering(const std::vector<ProbeId>& kept, std::size_t size) : to_(size) {
    for (ProbeId id = 0; id < kept.size(); ++id) to_[kept[id]] = id;
  }

  std::optional<ProbeId> operator()(ProbeId id) const { return to_[id]; }

  std::vector<ProbeId> operator()(const std::vector<ProbeId>& ids) const {
    std::vector<ProbeId> here;
    for (const ProbeId id : ids)
      if (to_[id]) here.push_back(*to_[id]);
    return here;
  }

 private:
  std::vector<std::optional<ProbeId>> to_;
};

}  // namespace

std::expected<Shard, std::string> parse_shard(std::string_view text, std::string_view hostname) {
  const auto slash = text.rfind('/');
  const std::string shown = one_line(text, 80);
  if (slash == std::string_view::npos)
    return std::unexpected("no shard: " + shown + " (as 0/3, answerback-0/3 or hostname/3)");
  const auto of = whole_number(text.substr(slash + 1));
  if (!of || *of == 0 || *of > most_shards)
    return std::unexpected("no number of shards from 1 to " + std::to_string(most_shards) + ": " + shown);
  std::string_view who = text.substr(0, slash);
  auto index = whole_number(who);
  if (who == "hostname") who = hostname;
  if (!index) index = ordinal(who);
  if (!index)
    return std::unexpected("no ordinal at the end of \"" + one_line(who, 80) +
                           "\" (a StatefulSet's pods are called NAME-0, NAME-1, …)");
  if (*index >= *of)
    return std::unexpected("of " + std::to_string(*of) + " shards the last is " + std::to_string(*of - 1) +
                           ", not " + std::to_string(*index) + " (have the replicas grown?)");
  return Shard{.index = *index, .of = *of};
}

std::string name(const Shard& shard) { return std::to_string(shard.index) + '/' + std::to_string(shard.of); }

std::uint32_t shard_of(std::string_view probe, std::uint32_t of) {
  constexpr std::uint64_t golden = 0x9e3779b97f4a7c15;
  const std::uint64_t hash = name_hash(probe);
  std::uint32_t winner = 0;
  std::uint64_t highest = 0;
  for (std::uint32_t shard = 0; shard < of; ++shard) {
    const std::uint64_t drawn = mixed(hash ^ mixed(golden * (shard + 1)));
    if (drawn > highest) std::tie(winner, highest) = std::pair(shard, drawn);
  }
  return winner;
}

std::vector<ProbeId> own_probes(const Plan& plan, const Shard& shard) {
  std::vector<ProbeId> own;
  for (ProbeId id = 0; id < plan.probes.size(); ++id)
    if (shard_of(plan.probes[id].name, shard.of) == shard.index) own.push_back(id);
  return own;
}

Plan part_of(const Plan& whole, const Shard& shard) {
  const std::vector<ProbeId> own = own_probes(whole, shard);
  const Renumbering here(own, whole.probes.size());
  Plan plan = whole;
  plan.part = ShardPart{.shard = shard, .probes = whole.probes.size()};
  plan.probes.clear();
  for (const ProbeId id : own) {
    ProbeInfo& probe = plan.probes.emplace_back(whole.probes[id]);
    probe.depends_on = here(probe.depends_on);
    probe.claims = here(probe.claims);
  }
  for (CapabilityInfo& capability : plan.capabilities) capability.needs = here(capability.needs);
  std::erase_if(plan.capabilities, [](const CapabilityInfo& each) { return each.needs.empty(); });
  for (GroupInfo& group : plan.groups) {
    plan.part->members.push_back(group.needs.size());
    group.needs = here(group.needs);
  }
  std::erase_if(plan.comparisons,
                [&](const Comparison& each) { return !here(each.failing) || !here(each.working); });
  for (Comparison& each : plan.comparisons) {
    each.failing = *here(each.failing);
    each.working = *here(each.working);
  }
  return plan;
}

}  // namespace answerback
