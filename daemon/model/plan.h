#pragma once
// What is watched: the configuration as the rest of the program needs it, constant until the next reload. Probes are
// named by index; every index in here is valid.

#include <map>
#include <string>
#include <vector>

#include "model/health.h"
#include "model/result.h"
#include "model/time.h"

namespace answerback {

struct ProbeInfo {
  std::string name;
  std::string type;
  bool critical = true;
  Duration interval{}, timeout{};
  Duration stale{};  // without a verdict for so long, health is unknown
  Thresholds thresholds;
  std::vector<ProbeId> depends_on;
  std::map<std::string, std::string> labels;  // added to this probe's metrics
  std::string runbook_url;
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

struct Plan {
  std::string service;
  std::vector<ProbeInfo> probes;
  std::vector<CapabilityInfo> capabilities;
  std::vector<GroupInfo> groups;

  const ProbeInfo* probe(std::string_view name) const;
  const GroupInfo* group(std::string_view name) const;
};

}  // namespace answerback
