#pragma once
// Time that moves only when told to: a day in seconds, and the same day every time.

#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>

#include "probe/clock.h"

namespace answerback {

class SimClock final : public Clock {
 public:
  // Drives `context` from run_until(); the context must do no real I/O of which the test expects an answer.
  explicit SimClock(asio::io_context& context) : context_(context) {}

  Steady now() const override { return now_; }
  Wall wall() const override { return wall_; }
  asio::awaitable<void> sleep_until(Steady) override;
  std::unique_ptr<Alarm> alarm(std::function<void()> ring) override;

  void settle();           // runs everything that needs no time to go by
  void run_until(Steady);  // settles, goes to the next due time, settles, and so on
  void run_for(Duration d) { run_until(now_ + d); }

  // Time goes by and nothing runs: we were frozen. What fell due meanwhile comes late, with the next
  // settle().
  void freeze(Duration);
  void step_wall(Duration d) { wall_ += std::chrono::duration_cast<Wall::duration>(d); }

 private:
  struct Setting;
  class SimAlarm;
  using Due =
      std::multimap<Steady, std::shared_ptr<Setting>>;  // equal times in the order in which they were set

  void advance(Steady to);
  bool ring_next(Steady until);

  asio::io_context& context_;
  Due due_;
  Steady now_ = Steady(std::chrono::hours(1));
  Wall wall_ = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
};

}  // namespace answerback
