#pragma once
// What has happened, as far as it is kept: the immutable view that reports and the list of incidents are made
// from. What hangs here is acknowledged: where there is a state_dir, it is on disk.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "model/incident.h"
#include "model/verdict.h"

namespace answerback {

// One line of an incident's timeline, or of the daemon's own: a transition, a cause found, a reload.
struct Moment {
  Wall at{};
  std::string what;  // one line for a person
};

struct IncidentStory {
  Incident incident;
  std::vector<Moment> timeline;  // oldest first, capped: the first and the last ones are kept
  bool durable = false;          // all of it is on disk
};

inline constexpr Duration day_part = std::chrono::minutes(30);
inline constexpr std::size_t parts_of_a_day = 48;

// A probe's last day, in equal parts: what share of its runs said what, and how long they took.
struct DayPart {
  Wall from{};
  std::uint32_t pass = 0, warn = 0, fail = 0, unknown = 0;
  float longest_seconds = 0, mean_seconds = 0;
};

struct Chronicle {
  Wall since{};          // nothing before this is known
  bool durable = false;  // on disk
  std::string degraded;  // why it is not kept as asked for; empty: it is
  std::vector<std::shared_ptr<const IncidentStory>> incidents;  // newest first
  std::vector<Moment> moments;                       // reloads, starts, our own stalls; oldest first
  std::map<std::string, std::vector<DayPart>> days;  // by probe, oldest first
};

}  // namespace answerback
