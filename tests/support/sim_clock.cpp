#include "support/sim_clock.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

namespace answerback {

struct SimClock::Setting {
  std::function<void()> ring;
  std::uint64_t number = 0;  // grows with each set() and cancel(), so that a ring on its way can be overtaken
};

class SimClock::SimAlarm final : public Alarm {
 public:
  SimAlarm(SimClock& clock, std::function<void()> ring)
      : clock_(clock), setting_(std::make_shared<Setting>(std::move(ring))) {}
  SimAlarm(const SimAlarm&) = delete;
  SimAlarm& operator=(const SimAlarm&) = delete;
  ~SimAlarm() override { cancel(); }

  void set(Steady at) override {
    cancel();
    clock_.due_.emplace(at, setting_);
    at_ = at;
  }
  void cancel() override {
    ++setting_->number;
    const auto [first, last] = clock_.due_.equal_range(at_);
    for (auto due = first; due != last; ++due) {
      if (due->second != setting_) continue;
      clock_.due_.erase(due);
      return;
    }
  }

 private:
  SimClock& clock_;
  std::shared_ptr<Setting> setting_;
  Steady at_{};
};

std::unique_ptr<Alarm> SimClock::alarm(std::function<void()> ring) {
  return std::make_unique<SimAlarm>(*this, std::move(ring));
}

asio::awaitable<void> SimClock::sleep_until(Steady at) {
  asio::steady_timer never(context_, asio::steady_timer::time_point::max());
  bool awake = false;
  const auto wake = alarm([&] {
    awake = true;
    never.cancel();
  });
  wake->set(at);
  const auto [error] = co_await never.async_wait(asio::as_tuple(asio::use_awaitable));
  if (!awake) throw boost::system::system_error(error);
}

void SimClock::advance(Steady to) {
  if (to <= now_) return;
  wall_ += std::chrono::duration_cast<Wall::duration>(to - now_);
  now_ = to;
}

void SimClock::freeze(Duration d) { advance(now_ + d); }

void SimClock::settle() {
  context_.restart();
  context_.poll();
}

// Rings from within the loop, as a real timer does.
bool SimClock::ring_next(Steady until) {
  if (due_.empty() || due_.begin()->first > until) return false;
  const auto [at, setting] = *due_.begin();
  due_.erase(due_.begin());
  advance(at);
  asio::post(context_, [setting, number = setting->number] {
    if (setting->number == number) setting->ring();
  });
  return true;
}

void SimClock::run_until(Steady until) {
  settle();
  while (ring_next(until)) settle();
  advance(until);
}

}  // namespace answerback
