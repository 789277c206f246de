#pragma once
// A value that must not be seen. It has no formatter and no stream operator; printing one does not compile.

#include <string>
#include <utility>

namespace answerback {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  const std::string& reveal() const { return value_; }  // grep for this: each use sends or checks it
  bool empty() const { return value_.empty(); }

 private:
  std::string value_;
};

}  // namespace answerback
