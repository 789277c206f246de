#pragma once
// The place where the newest snapshot hangs. The engine hangs it, any thread reads it.

#include <atomic>
#include <memory>
#include <mutex>

#include "model/notifications.h"
#include "model/snapshot.h"
#include "model/time.h"

namespace answerback::sinks {

class Board {
 public:
  void publish(std::shared_ptr<const Snapshot>);
  std::shared_ptr<const Snapshot> read() const;  // null before the first

  // How telling others goes; hung by those who tell.
  void publish(std::shared_ptr<const NotificationTally>);
  std::shared_ptr<const NotificationTally> notifications() const;  // null while nobody is told

  // The engine's sign of life, several times a second; read by /livez and the watchdog.
  void beat(Steady at) { beat_.store(at.time_since_epoch().count(), std::memory_order_relaxed); }
  Steady last_beat() const { return Steady(Duration(beat_.load(std::memory_order_relaxed))); }

 private:
  mutable std::mutex mutex_;  // held for one pointer copy
  std::shared_ptr<const Snapshot> snapshot_;
  std::shared_ptr<const NotificationTally> notifications_;
  std::atomic<Steady::rep> beat_{0};
};

}  // namespace answerback::sinks
