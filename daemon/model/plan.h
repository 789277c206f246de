#pragma once
// What is watched: the configuration as the rest of the program needs it, constant until the next reload.
// Probes are named by index; every index in here is valid.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/flap.h"
#include "model/health.h"
#include "model/redactor.h"
#include "model/result.h"
#include "model/silence.h"
#include "model/time.h"

namespace answerback {

struct ProbeInfo {
  std::string name;
  std::string type;
  bool critical = true;
  std::size_t settings = 0;  // another number where the same name is configured otherwise
  Duration interval{}, timeout{};
  Duration stale{};  // without a verdict for so long, health is unknown
  Thresholds thresholds;
  std::vector<ProbeId> depends_on;
  std::map<std::string, std::string> labels;  // added to this probe's metrics
  std::string runbook_url;
  std::optional<Duration> recheck = {};  // from one run to the next while it is between two healths
  Duration startup_grace{};              // so long a failure before the first pass leaves it unknown
  FlapRule flapping = {};
  std::vector<ProbeId> claims = {};  // probes that a good answer of this one says are healthy
};

// Two probes that together say more than each alone (model/finding.h).
struct Comparison {
  std::string name;
  Reason reason = Reason::edge_path;  // what it is when `failing` is down while `working` works
  ProbeId failing = 0, working = 0;
  std::vector<Reason> fails_with = {};  // only then; empty: whatever the reason
};

struct CapabilityInfo {
  std::string name;
  double value = 1;
  std::vector<ProbeId> needs;
  std::string impact;  // a sentence: what users lose
};

struct GroupInfo {
  std::string name;
  std::vector<ProbeId> needs;
};

// One of several instances that share the probes of one configuration (model/shard.h).
struct Shard {
  std::uint32_t index = 0, of = 1;  // 0 <= index < of
  bool operator==(const Shard&) const = default;
};

// What a plan that is one shard's part was cut from.
struct ShardPart {
  Shard shard;
  std::size_t probes = 0;                 // of all shards
  std::vector<std::size_t> members = {};  // of all shards, of each of the plan's groups
};

struct Plan {
  std::string service;
  std::vector<ProbeInfo> probes;
  std::vector<CapabilityInfo> capabilities;
  std::vector<GroupInfo> groups;
  std::vector<Comparison> comparisons = {};
  std::vector<Silence> silences = {};
  std::optional<ShardPart> part = {};             // nothing: it is the whole
  std::shared_ptr<const Redactor> redactor = {};  // knows what a target may send back of ours; null: nothing

  const ProbeInfo* probe(std::string_view name) const;
  const GroupInfo* group(std::string_view name) const;
};

}  // namespace answerback
