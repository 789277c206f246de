#include "cli/share.h"

#include <unistd.h>

#include <array>
#include <utility>

namespace answerback::cli {

std::expected<std::optional<Shard>, std::string> shard_option(const std::string& text) {
  if (text.empty()) return std::nullopt;
  std::array<char, 256> host{};
  (void)gethostname(host.data(), host.size() - 1);
  auto shard = parse_shard(text, host.data());
  if (!shard) return std::unexpected("answerback: --shard: " + shard.error() + "\n");
  return *shard;
}

std::string share_line(const Plan& whole, const Shard& shard) {
  const std::vector<ProbeId> own = own_probes(whole, shard);
  std::string line = "# shard " + name(shard) + " runs " + std::to_string(own.size()) + " of " +
                     std::to_string(whole.probes.size()) + " probes";
  for (std::size_t i = 0; i < own.size(); ++i) line += (i == 0 ? ": " : ", ") + whole.probes[own[i]].name;
  return line + "\n";
}

void take_share(Plan& plan, std::vector<std::shared_ptr<Probe>>& probes, const Shard& shard) {
  std::vector<std::shared_ptr<Probe>> kept;
  for (const ProbeId id : own_probes(plan, shard)) kept.push_back(std::move(probes[id]));
  probes = std::move(kept);
  plan = part_of(plan, shard);
}

}  // namespace answerback::cli
