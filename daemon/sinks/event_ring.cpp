#include "sinks/event_ring.h"

#include <algorithm>
#include <charconv>
#include <deque>
#include <mutex>

#include "sinks/event_json.h"

namespace answerback::sinks {

struct EventRing::State {
  State(Wall started, Limits the_limits) : limits(the_limits) {
    char text[24];
    const auto boot_time =
        std::chrono::duration_cast<std::chrono::milliseconds>(started.time_since_epoch()).count();
    boot.assign(text, std::to_chars(std::begin(text), std::end(text), boot_time, 16).ptr);
  }

  // The number the id names; past the last one where it is made up. Zero where it is no id of this boot.
  std::uint64_t number_of(std::string_view id) const {
    if (!id.starts_with(boot + "-")) return 0;
    id.remove_prefix(boot.size() + 1);
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
    return error == std::errc() && end == id.data() + id.size() ? number : 0;
  }
  std::uint64_t first() const { return next - entries.size(); }

  const Limits limits;
  std::string boot;
  std::mutex mutex;                                  // guards what follows; held for copies of pointers
  std::deque<std::shared_ptr<const Entry>> entries;  // of the numbers first() to next - 1
  std::uint64_t next = 1;
  std::size_t readers = 0;
};

// Where one reader has got to: the number of the entry it wants next.
class EventRing::Place final : public Reader {
 public:
  Place(std::shared_ptr<State> state, std::uint64_t next) : state_(std::move(state)), next_(next) {}
  ~Place() override {
    const std::lock_guard lock(state_->mutex);
    --state_->readers;
  }

  Batch take(std::size_t most) override {
    const std::lock_guard lock(state_->mutex);
    Batch batch;
    if (next_ < state_->first()) batch.missed = state_->first() - std::exchange(next_, state_->first());
    for (; next_ < state_->next && batch.entries.size() < most; ++next_) {
      batch.entries.push_back(state_->entries[next_ - state_->first()]);
    }
    return batch;
  }

 private:
  std::shared_ptr<State> state_;
  std::uint64_t next_;
};

EventRing::EventRing(Wall started, Limits limits) : state_(std::make_shared<State>(started, limits)) {}
EventRing::~EventRing() = default;

void EventRing::on(const Event& event) {
  auto told = event_json(event);
  if (!told) return;
  auto entry = std::make_shared<Entry>();
  entry->event = told->event;
  entry->data = std::move(told->data);
  const std::lock_guard lock(state_->mutex);
  entry->id = state_->boot + "-" + std::to_string(state_->next++);
  state_->entries.push_back(std::move(entry));
  if (state_->entries.size() > state_->limits.events) state_->entries.pop_front();
}

std::unique_ptr<EventRing::Reader> EventRing::join(std::string_view last_id) {
  const std::lock_guard lock(state_->mutex);
  if (state_->readers >= state_->limits.readers) return nullptr;
  ++state_->readers;
  const std::uint64_t seen = state_->number_of(last_id);
  const std::uint64_t from = last_id.empty() || seen >= state_->next ? state_->next
                             : seen == 0                             ? state_->first()
                                                                     : seen + 1;
  return std::make_unique<Place>(state_, from);
}

}  // namespace answerback::sinks
