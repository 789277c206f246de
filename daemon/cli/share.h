#pragma once
// One instance's share of a configuration that several have (model/shard.h).

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/shard.h"
#include "probe/probe.h"

namespace answerback::cli {

// What --shard says; nothing where it is empty.
std::expected<std::optional<Shard>, std::string> shard_option(const std::string&);

// "# shard 1/3 runs 2 of 5 probes: auth, llm", a line above the effective configuration.
std::string share_line(const Plan& whole, const Shard&);

// Leaves the plan and its probes, one each, as the shard has them.
void take_share(Plan&, std::vector<std::shared_ptr<Probe>>&, const Shard&);

}  // namespace answerback::cli
