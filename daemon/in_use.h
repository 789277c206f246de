#pragma once
// What the configuration in use says of itself: its text as printed, and what must be taken out of all that
// is told. Any thread.

#include <memory>
#include <mutex>
#include <string>

#include "model/redactor.h"

namespace answerback {

class InUse {
 public:
  void keep(std::string effective, std::shared_ptr<const Redactor> redactor) {
    const std::lock_guard lock(mutex_);
    effective_ = std::move(effective);
    redactor_ = std::move(redactor);
  }

  std::string effective() const {
    const std::lock_guard lock(mutex_);
    return effective_;
  }

  std::string redacted(std::string text) const {
    std::unique_lock lock(mutex_);
    const auto redactor = redactor_;
    lock.unlock();
    return redactor ? redactor->taken_out_of(std::move(text)) : text;
  }

 private:
  mutable std::mutex mutex_;
  std::string effective_;
  std::shared_ptr<const Redactor> redactor_;
};

}  // namespace answerback
