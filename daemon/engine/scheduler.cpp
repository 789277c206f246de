#include "engine/scheduler.h"

#include <algorithm>
#include <list>
#include <map>
#include <string>
#include <utility>

#include "model/schedule.h"

namespace answerback::engine {
namespace {

using namespace std::chrono_literals;

struct Entry;
using Due = std::multimap<Steady, Entry*>;  // each entry is in it once, by its next run

struct Entry {
  ProbeId id = 0;
  Duration interval{}, timeout{};
  std::size_t settings = 0;
  std::shared_ptr<Probe> probe;
  Steady slot{};      // the next one
  Due::iterator due;  // that, or a look in between, or until when the slot is kept for a run that is ending
  bool running = false, removed = false;
  bool outdated = false;  // the run under way is one with earlier settings
};

// The first runs of a small plan come within a second; those of a big one are spread, for their slots stay as
// close together as they were at first.
Duration soonest(std::size_t probes) { return std::max<Duration>(1s, probes * 20ms); }

// Between two rings: a thousand slots a second and more share a wake-up, which costs as much as a run's whole
// bookkeeping. Where many are due each time, more share it: runs that start together also find each other's
// answers there together.
constexpr Duration rest = 1ms, busy_rest = 2ms;
constexpr int busy = 4;  // slots in one ring

// A run that times out ends with the slot that its deadline falls on, or a little after: that slot is kept
// for it, or a target that hangs would be looked at half as often as one that answers.
Duration patience(Duration interval) { return std::min<Duration>(interval / 10, 100ms); }

}  // namespace

struct Scheduler::Impl {
  Impl(Clock& clock_, Runner& runner_, Hooks hooks_)
      : clock(clock_), runner(runner_), hooks(std::move(hooks_)), alarm(clock.alarm([this] { ring(); })) {}

  void replace(const Plan& plan, std::vector<std::shared_ptr<Probe>> probes) {
    auto before = std::exchange(by_name, {});
    by_id.clear();
    for (ProbeId id = 0; id < plan.probes.size(); ++id) {
      const ProbeInfo& info = plan.probes[id];
      auto& entry = by_name[info.name];
      if (auto known = before.extract(info.name)) entry = std::move(known.mapped());
      const bool fresh = entry == nullptr;
      if (fresh) entry = std::make_unique<Entry>();
      if (fresh || entry->interval != info.interval) {
        if (!fresh) due.erase(entry->due);
        entry->slot = first_slot(info.name, info.interval, clock.now(), soonest(plan.probes.size()));
        entry->due = due.emplace(entry->slot, entry.get());
      } else if (entry->settings != info.settings) {
        entry->outdated = entry->running;
        look_again(*entry, first_slot(info.name, info.interval, clock.now(), soonest(plan.probes.size())));
      }
      entry->settings = info.settings;
      entry->id = id;
      entry->interval = info.interval;
      entry->timeout = info.timeout;
      entry->probe = std::move(probes[id]);
      by_id.push_back(entry.get());
    }
    for (auto& [name, entry] : before) remove(std::move(entry));
    arm();
  }

  void remove(std::unique_ptr<Entry> entry) {
    due.erase(entry->due);
    if (!entry->running) return;
    entry->removed = true;
    leaving.push_back(std::move(entry));
  }

  void ring() {
    const Steady now = clock.now();
    int slots = 0;
    while (!due.empty() && due.begin()->first <= now) {
      ++slots;
      auto node = due.extract(due.begin());
      Entry& entry = *node.mapped();
      const Steady planned = node.key(), slot = entry.slot;
      if (planned == slot && entry.running) {
        node.key() = slot + patience(entry.interval);
        entry.due = due.insert(std::move(node));
        continue;
      }
      const bool in_between = planned < slot;
      const Slot next = in_between ? Slot{slot, 0} : next_slot(slot, entry.interval, now);
      node.key() = entry.slot = next.at;
      entry.due = due.insert(due.end(), std::move(node));  // mostly the last: no walk through cold nodes
      const bool free = is_free(entry);
      if (const auto skipped = next.skipped + (free || in_between ? 0 : 1)) hooks.skipped(entry.id, skipped);
      if (!free) continue;
      hooks.started(entry.id, clock.now() - std::min(planned, slot));
      start(entry);
    }
    rested = now + (slots < busy ? rest : busy_rest);
    arm();
  }

  bool is_free(const Entry& entry) const { return !entry.running && !runner.busy(*entry.probe); }

  void start(Entry& entry) {
    entry.running = true;
    // Two pointers: small enough for std::function to hold without allocating.
    runner.start(entry.id, entry.probe, clock.now() + entry.timeout,
                 [this, &entry](RunRecord&& record) { finished(entry, std::move(record)); });
  }

  void finished(Entry& entry, RunRecord&& record) {
    entry.running = false;
    if (entry.removed) {
      leaving.remove_if([&](const auto& left) { return left.get() == &entry; });
      return;
    }
    if (entry.due->first > entry.slot) reschedule(entry, clock.now());
    if (std::exchange(entry.outdated, false)) look_again(entry, clock.now());
    record.probe = entry.id;
    hooks.finished(std::move(record));
  }

  void look_again(Entry& entry, Steady at) {
    if (!stopped && at < entry.slot) reschedule(entry, at);
  }

  void reschedule(Entry& entry, Steady at) {
    auto node = due.extract(entry.due);
    node.key() = at;
    entry.due = due.insert(std::move(node));
    arm();
  }

  void arm() {
    if (!stopped && !due.empty()) alarm->set(std::max(due.begin()->first, rested));
  }

  Clock& clock;
  Runner& runner;
  Hooks hooks;
  std::unique_ptr<Alarm> alarm;
  std::map<std::string, std::unique_ptr<Entry>, std::less<>> by_name;
  std::vector<Entry*> by_id;
  std::list<std::unique_ptr<Entry>> leaving;  // removed while running
  Due due;
  Steady rested{};  // no ring before
  bool stopped = false;
};

Scheduler::Scheduler(Clock& clock, Runner& runner, Hooks hooks)
    : impl_(std::make_unique<Impl>(clock, runner, std::move(hooks))) {}

Scheduler::~Scheduler() = default;

void Scheduler::replace(std::shared_ptr<const Plan> plan, std::vector<std::shared_ptr<Probe>> probes) {
  impl_->replace(*plan, std::move(probes));
}

bool Scheduler::run_now(ProbeId id) {
  if (impl_->stopped || id >= impl_->by_id.size() || !impl_->is_free(*impl_->by_id[id])) return false;
  impl_->start(*impl_->by_id[id]);
  return true;
}

void Scheduler::look_again(ProbeId id, Duration in) {
  impl_->look_again(*impl_->by_id[id], impl_->clock.now() + in);
}

void Scheduler::stop() {
  impl_->stopped = true;
  impl_->alarm->cancel();
}

}  // namespace answerback::engine
