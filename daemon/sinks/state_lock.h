#pragma once
// A state_dir belongs to one daemon at a time. The lock is the kernel's: it goes with the process, however
// that ends.

#include <expected>
#include <memory>
#include <string>

namespace answerback::sinks {

class StateLock {
 public:
  struct Refusal {
    bool taken = false;  // by another process: it must not be used; else it cannot be used at all
    std::string why;
  };
  // Makes the folder (0700) where there is none.
  static std::expected<std::unique_ptr<StateLock>, Refusal> take(const std::string& folder);
  ~StateLock();
  StateLock(const StateLock&) = delete;
  StateLock& operator=(const StateLock&) = delete;

 private:
  explicit StateLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace answerback::sinks
