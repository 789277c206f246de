#include "probe/real_clock.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdint>
#include <utility>

namespace answerback {
namespace {

// A wait that has expired but not been delivered cannot be cancelled any more; the number of the setting
// tells it that it has been overtaken. The state outlives the alarm for as long as a wait is pending, and for
// as long as it rings.
struct Timer {
  Timer(const asio::any_io_executor& executor, std::function<void()> ring_)
      : timer(executor), ring(std::move(ring_)) {}
  asio::steady_timer timer;
  std::function<void()> ring;
  std::uint64_t setting = 0;
};

class TimerAlarm final : public Alarm {
 public:
  TimerAlarm(const asio::any_io_executor& executor, std::function<void()> ring)
      : state_(std::make_shared<Timer>(executor, std::move(ring))) {}
  TimerAlarm(const TimerAlarm&) = delete;
  TimerAlarm& operator=(const TimerAlarm&) = delete;
  ~TimerAlarm() override { silence(); }

  void set(Steady at) override {
    const auto setting = ++state_->setting;
    state_->timer.expires_at(at);
    state_->timer.async_wait([state = state_, setting](boost::system::error_code) {
      if (state->setting == setting) state->ring();
    });
  }
  void cancel() override { silence(); }

 private:
  void silence() {
    ++state_->setting;
    state_->timer.cancel();
  }

  std::shared_ptr<Timer> state_;
};

}  // namespace

asio::awaitable<void> RealClock::sleep_until(Steady at) {
  asio::steady_timer timer(executor_, at);
  co_await timer.async_wait(asio::use_awaitable);
}

std::unique_ptr<Alarm> RealClock::alarm(std::function<void()> ring) {
  return std::make_unique<TimerAlarm>(executor_, std::move(ring));
}

}  // namespace answerback
