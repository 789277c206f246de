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

}  // namespace answerback::sinks
