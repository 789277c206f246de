#pragma once
// Several instances with one configuration, each with its share of the probes. Pure.
//
// Who has a probe follows from its name and the number of shards alone: each shard draws a number for the
// name, the highest has it (rendezvous hashing). So nobody is told by anybody, and from n shards to n + 1
// only those probes move that the new one gets, one in n + 1.

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "model/plan.h"

namespace answerback {

inline constexpr std::uint32_t most_shards = 1000;

// "1/3", counted from 0; "answerback-1/3", the ordinal of a StatefulSet's pod at its end; "hostname/3", the
// same of this machine's name. Or what is wrong with it.
std::expected<Shard, std::string> parse_shard(std::string_view text, std::string_view hostname);

std::string name(const Shard&);  // "1/3"

std::uint32_t shard_of(std::string_view probe, std::uint32_t of);  // of >= 1

// The probes of a whole plan that are this shard's, in its order.
std::vector<ProbeId> own_probes(const Plan&, const Shard&);

// A whole plan as this shard sees it: its own probes and what can be said of them alone. A dependency or a
// claim on a probe of another shard is left out (a cause is found within a shard only), so is a comparison
// with one. A capability is of the probes it needs here, and left out where there are none; a group stays,
// with fewer members or with none.
Plan part_of(const Plan&, const Shard&);

}  // namespace answerback
