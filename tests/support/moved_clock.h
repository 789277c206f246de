#pragma once
// A real clock that jumps ahead when told to: for what takes minutes, against peers that answer at once.

#include <memory>
#include <utility>

#include "probe/clock.h"

namespace answerback {

class MovedClock final : public Clock {
 public:
  explicit MovedClock(Clock& real) : real_(real) {}
  void move(Duration d) { moved_ += d; }
  Steady now() const override { return real_.now() + moved_; }
  Wall wall() const override { return real_.wall() + std::chrono::duration_cast<Wall::duration>(moved_); }
  asio::awaitable<void> sleep_until(Steady at) override { return real_.sleep_until(at - moved_); }
  std::unique_ptr<Alarm> alarm(std::function<void()> ring) override {
    return std::make_unique<Moved>(real_.alarm(std::move(ring)), moved_);
  }

 private:
  struct Moved final : Alarm {
    Moved(std::unique_ptr<Alarm> alarm, const Duration& moved) : real(std::move(alarm)), by(moved) {}
    void set(Steady at) override { real->set(at - by); }
    void cancel() override { real->cancel(); }
    std::unique_ptr<Alarm> real;
    const Duration& by;
  };
  Clock& real_;
  Duration moved_{};
};

}  // namespace answerback
