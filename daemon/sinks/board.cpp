#include "sinks/board.h"

namespace answerback::sinks {

void Board::publish(std::shared_ptr<const Snapshot> snapshot) {
  const std::lock_guard lock(mutex_);
  snapshot_.swap(snapshot);  // the old one is freed after the lock, by the parameter
}

std::shared_ptr<const Snapshot> Board::read() const {
  const std::lock_guard lock(mutex_);
  return snapshot_;
}

void Board::publish(std::shared_ptr<const NotificationTally> tally) {
  const std::lock_guard lock(mutex_);
  notifications_.swap(tally);
}

std::shared_ptr<const NotificationTally> Board::notifications() const {
  const std::lock_guard lock(mutex_);
  return notifications_;
}

}  // namespace answerback::sinks
