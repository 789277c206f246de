#include "notify/dispatch.h"

#include <array>
#include <cstdio>

namespace answerback::notify {
namespace {

std::string draw_id(Random& random) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(random.bits()));
  return text.data();
}

}  // namespace

Dispatch::Dispatch(Means& means, const Settings& settings, Kept before, const Counts& counts, Save save)
    : means_(means),
      settings_(settings),
      save_(std::move(save)),
      ledger_(std::move(before.ledger)),
      tasks_(means.executor) {
  for (const Target& target : settings.targets) {
    Courier& courier = couriers_.emplace_back(means, settings, target, ledger_, [this] { changed_ = true; });
    const auto known = counts.find(target.name);
    const auto left = before.waiting.extract(target.name);
    courier.resume(left ? std::move(left.mapped()) : std::deque<Notice>{},
                   known == counts.end() ? NotificationTally::Counts{} : known->second);
    if (left) continue;
    for (const auto& [probe, alert] : ledger_)
      courier.take({.id = draw_id(means.random), .alert = alert, .ended = std::nullopt});
  }
  for (const auto& [target, lost] : before.waiting) {
    if (!lost.empty())
      means.say({.message = "a target is gone from the configuration with notifications waiting for it",
                 .target = target,
                 .why = std::to_string(lost.size()) + " dropped"});
  }
}

void Dispatch::start() {
  for (Courier& courier : couriers_) tasks_.spawn(courier.work());
}

void Dispatch::look(const Snapshot& snapshot) {
  const bool looking = snapshot.ourselves.looking;
  const bool same = seen_ == snapshot.assessment && seen_plan_ == snapshot.plan && seen_looking_ == looking;
  if (same && !more_to_come_) return;
  seen_ = snapshot.assessment;
  seen_plan_ = snapshot.plan;
  seen_looking_ = looking;
  News news = update(ledger_, snapshot, settings_.external_url, means_.clock.now());
  more_to_come_ = news.more_to_come;
  if (news.notices.empty()) return;
  for (Notice& notice : news.notices) {
    notice.id = draw_id(means_.random);
    for (Courier& courier : couriers_) courier.take(notice);
  }
  save_(kept());
}

Kept Dispatch::kept() const {
  Kept kept{.ledger = ledger_, .waiting = {}};
  for (const Courier& courier : couriers_) kept.waiting[courier.target().name] = courier.waiting();
  return kept;
}

NotificationTally Dispatch::tally() const {
  NotificationTally tally;
  for (const Courier& courier : couriers_)
    tally.targets.push_back({courier.target().name, courier.counts(), courier.waiting().size()});
  return tally;
}

}  // namespace answerback::notify
