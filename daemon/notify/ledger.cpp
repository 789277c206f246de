#include "notify/ledger.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "notify/alerts.h"
#include "notify/settled.h"

namespace answerback::notify {
namespace {

std::optional<ProbeId> find(const Plan& plan, std::string_view name) {
  const auto found = std::ranges::find(plan.probes, name, &ProbeInfo::name);
  if (found == plan.probes.end()) return std::nullopt;
  return static_cast<ProbeId>(found - plan.probes.begin());
}

// When the trouble was over; nothing while it is not, or not for certain.
std::optional<Wall> end_of(const Alert& alert, const Snapshot& snapshot) {
  const auto id = find(*snapshot.plan, alert.probe);
  if (!id) return snapshot.at;
  const ProbeFacts& facts = snapshot.probes[*id]->facts;
  if (facts.health != Health::up) return std::nullopt;
  return facts.since;
}

// For one that has come to be explained by another cause since it was told.
void explain(Alert& alert, const Snapshot& snapshot) {
  const ProbeId id = *find(*snapshot.plan, alert.probe);
  std::string causes;
  for (const ProbeId cause : snapshot.assessment->caused_by[id]) {
    if (cause != id) causes.append(causes.empty() ? "" : ", ").append(snapshot.plan->probes[cause].name);
  }
  if (!causes.empty()) alert.annotations["explained_by"] = std::move(causes);
}

Notice over(Alert alert, Wall at) {
  const Wall ended = std::max(at, alert.starts_at);
  return {.id = {}, .alert = std::move(alert), .ended = ended};
}

Notice fires(Alert alert) { return {.id = {}, .alert = std::move(alert), .ended = std::nullopt}; }

}  // namespace

News update(Ledger& ledger, const Snapshot& snapshot, std::string_view external_url, Steady now) {
  News news;
  if (!snapshot.plan || !snapshot.assessment || !snapshot.ourselves.looking) return news;
  for (auto told = ledger.begin(); told != ledger.end();) {
    if (const auto ended = end_of(told->second, snapshot)) {
      news.notices.push_back(over(std::move(told->second), *ended));
      told = ledger.erase(told);
    } else {
      explain((told++)->second, snapshot);
    }
  }
  for (Alert& alert : alerts_of(snapshot, external_url)) {
    const auto told = ledger.find(alert.probe);
    if (told == ledger.end()) {
      if (settled(snapshot, *find(*snapshot.plan, alert.probe), now)) {
        news.notices.push_back(fires(alert));
        ledger.emplace(alert.probe, std::move(alert));
      } else {
        news.more_to_come = true;
      }
    } else if (alert.gravity > told->second.gravity) {
      news.notices.push_back(over(std::exchange(told->second, alert), snapshot.at));
      news.notices.push_back(fires(std::move(alert)));
    } else {
      told->second.annotations = std::move(alert.annotations);
      told->second.url = std::move(alert.url);
    }
  }
  return news;
}

}  // namespace answerback::notify
