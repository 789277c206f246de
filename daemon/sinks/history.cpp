#include "sinks/history.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sinks/history_disk.h"

namespace answerback::sinks {
namespace {

struct DayPartHash {
  std::size_t operator()(const DayPartKey& key) const {
    return std::hash<std::string>()(key.first) ^
           std::hash<Wall::rep>()(key.second.time_since_epoch().count());
  }
};

// What waits for the thread. Every run is looked up, and a tree of a thousand names is ten cold lines of
// memory each time.
struct Inbox {
  std::vector<Event> events;
  std::unordered_map<DayPartKey, DayPart, DayPartHash> runs;
  std::map<std::string, std::string, std::less<>> values;
  std::uint64_t lost_events = 0, lost_runs = 0;
  bool stop = false;
  std::shared_ptr<const Snapshot> snapshot;  // from before the rest was taken out
};

Steady steady() { return std::chrono::steady_clock::now(); }

void block_signals() {  // they are for the main thread
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

std::string told(std::uint64_t events, std::uint64_t runs) {
  if (events + runs == 0) return {};
  return "the disk was too slow: " + std::to_string(events) + " events and " + std::to_string(runs) +
         " runs are missing";
}

}  // namespace

struct History::Impl {
  Impl(const Board& board_, EventLog& log_, Options options_)
      : board(board_),
        log(log_),
        options(std::move(options_)),
        keepsakes{.chronicler = Chronicler(options.now(), options.redact, options.limits), .probes = {}} {}

  // --- on the loop's thread ---

  void take(const RunFinished& event) {
    const DayPartKey key{event.plan->probes[event.run->probe].name, part_of(event.run->began)};
    const std::lock_guard lock(mutex);
    auto found = inbox.runs.find(key);
    if (found == inbox.runs.end()) {
      if (inbox.runs.size() >= options.sums) {
        ++inbox.lost_runs;
        return;
      }
      found = inbox.runs.try_emplace(key, DayPart{.from = key.second}).first;
    }
    add(found->second, *event.run);
  }

  void take(const Event& event) {
    {
      const std::lock_guard lock(mutex);
      if (inbox.events.size() >= options.queue) {
        ++inbox.lost_events;
        return;
      }
      inbox.events.push_back(event);
    }
    bell.notify_all();
  }

  // --- on our thread ---

  Inbox wait() {
    std::unique_lock lock(mutex);
    bell.wait_until(lock, next_tick, [&] { return inbox.stop || !inbox.events.empty(); });
    auto snapshot = board.read();
    Inbox out = std::exchange(inbox, {});
    out.snapshot = std::move(snapshot);
    inbox.stop = out.stop;
    return out;
  }

  void work() {
    block_signals();
    for (;;) {
      Inbox in = wait();
      const Wall now = options.now();
      const bool ticked = steady() >= next_tick;
      if (ticked) next_tick = steady() + options.tick;
      const bool period = in.stop || (ticked && --ticks_left <= 0);
      take_in(in);
      if (period) look_around(in.snapshot, now);
      const bool urgent = keepsakes.chronicler.unwritten().urgent() || in.stop;
      const bool to_do = urgent || period || (ticked && !keepsakes.changed_values.empty());
      const bool try_it = trouble.empty() || ticked || in.stop;  // a disk that failed is not pestered
      const bool saved = to_do && disk && try_it && save(urgent, now);
      if (urgent || period || saved) publish();
      if (in.stop) break;
    }
    if (disk) disk->close();
    {
      const std::lock_guard lock(mutex);
      ended = true;
    }
    bell.notify_all();
  }

  void take_in(Inbox& in) {
    for (const Event& event : in.events) {
      keepsakes.chronicler.take(event);
      const auto* const transition = std::get_if<Transition>(&event);
      if (transition == nullptr) continue;
      keepsakes.probes.take(*transition);
      ticks_left = 1;  // written with the next tick, incident or not
    }
    for (const auto& [key, sum] : in.runs) keepsakes.chronicler.take(key, sum);
    for (auto& [key, value] : in.values) {
      keepsakes.changed_values[key] = value;
      keepsakes.values[key] = std::move(value);
    }
    if (in.lost_events + in.lost_runs == 0) return;
    lost_events += in.lost_events;
    lost_runs += in.lost_runs;
    holes |= in.lost_events > 0;
    log.log(LogLevel::error, "history has holes", {{"why", told(in.lost_events, in.lost_runs)}});
  }

  void look_around(const std::shared_ptr<const Snapshot>& snapshot, Wall now) {
    ticks_left = options.ticks_a_period;
    keepsakes.chronicler.forget(now);
    if (!snapshot) return;
    if (snapshot->incidents) keepsakes.chronicler.compare(*snapshot->incidents, std::exchange(holes, false));
    keepsakes.probes.take(*snapshot);
    keepsakes.seen = snapshot->at;
  }

  bool save(bool sync, Wall now) {
    saving_since = steady().time_since_epoch().count();
    const auto done = disk->save(keepsakes, sync, now);
    saving_since = 0;
    if (const std::string notice = disk->take_notice(); !notice.empty()) told_aside(notice);
    const std::string before = std::exchange(trouble, done ? "" : done.error());
    if (before == trouble) return done.has_value();
    if (done)
      log.log(LogLevel::info, "history is kept again");
    else
      log.log(LogLevel::error, "history is not kept", {{"why", trouble}});
    return done.has_value();
  }

  void told_aside(const std::string& notice) {
    log.log(LogLevel::error, "the state file could not be read: set aside, a new one begun",
            {{"file", notice}});
  }

  void publish() {
    std::string degraded = trouble;
    if (const std::string lost = told(lost_events, lost_runs); !lost.empty()) {
      degraded.append(degraded.empty() ? "" : "; ").append(lost);
    }
    auto made = keepsakes.chronicler.view(disk.has_value(), std::move(degraded));
    const std::lock_guard lock(mutex);
    published.swap(made);
  }

  const Board& board;
  EventLog& log;
  const Options options;
  mutable std::mutex mutex;
  std::condition_variable bell;
  Inbox inbox;
  bool ended = false;
  std::shared_ptr<const Chronicle> published;
  std::atomic<Steady::rep> saving_since = 0;  // 0: no write is under way

  // Our thread's, once it is started.
  std::optional<HistoryDisk> disk;  // null: memory only
  Keepsakes keepsakes;
  std::string trouble;  // with the disk
  std::uint64_t lost_events = 0, lost_runs = 0;
  bool holes = false;  // events were lost since the book was compared
  int ticks_left = 1;
  Steady next_tick{};
  std::thread thread;
};

History::History(const Board& board, EventLog& log, Options options)
    : impl_(std::make_unique<Impl>(board, log, std::move(options))) {}

History::~History() {
  stop(std::chrono::seconds(0));
  if (impl_->thread.joinable()) impl_->thread.join();
}

std::expected<History::Before, std::string> History::start(const std::string& state_dir) {
  Before out;
  Impl& impl = *impl_;
  if (!state_dir.empty()) {
    impl.disk.emplace(state_dir);
    auto began = impl.disk->start(impl.options.now());
    if (!began) return std::unexpected(began.error());
    if (const std::string notice = impl.disk->take_notice(); !notice.empty()) impl.told_aside(notice);
    impl.trouble = began->trouble;
    if (!impl.trouble.empty()) {
      impl.log.log(LogLevel::error, "history is not kept", {{"why", impl.trouble}});
    }
    if (auto& kept = began->kept) {
      if (kept->chronicle.since != Wall{}) {
        impl.keepsakes.chronicler.restore(kept->chronicle, kept->restored.last_incident);
      }
      impl.keepsakes.probes.restore(kept->restored.probes, kept->restored.seen);
      impl.keepsakes.values = kept->values;
      out = {std::move(kept->restored), std::move(kept->values)};
    }
  }
  impl.publish();
  impl.next_tick = steady() + impl.options.tick;
  impl.thread = std::thread([&impl] { impl.work(); });
  return out;
}

void History::on(const Event& event) {
  if (const auto* const run = std::get_if<RunFinished>(&event))
    impl_->take(*run);
  else
    impl_->take(event);
}

void History::put(std::string_view key, const std::string& value) {
  const std::lock_guard lock(impl_->mutex);
  impl_->inbox.values.insert_or_assign(std::string(key), value);
}

std::shared_ptr<const Chronicle> History::chronicle() const {
  const std::lock_guard lock(impl_->mutex);
  const Steady::rep since = impl_->saving_since;
  if (since == 0 || !impl_->published) return impl_->published;
  const Duration writing = steady() - Steady(Duration(since));
  if (writing < impl_->options.slow) return impl_->published;
  auto late = std::make_shared<Chronicle>(*impl_->published);
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(writing).count();
  late->degraded = "the disk has not taken a write for " + std::to_string(whole) + " s";
  return late;
}

bool History::stop(Duration within) {
  if (!impl_->thread.joinable()) return true;
  std::unique_lock lock(impl_->mutex);
  if (std::exchange(impl_->inbox.stop, true)) within = {};  // it had its time
  impl_->bell.notify_all();
  if (!impl_->bell.wait_for(lock, within, [&] { return impl_->ended; })) return false;
  lock.unlock();
  impl_->thread.join();
  return true;
}

}  // namespace answerback::sinks
