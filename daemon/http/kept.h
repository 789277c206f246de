#pragma once
// Answers that are asked for again and again, kept for as long as they would be made the same: one snapshot
// is shown to however many ask. One thread, the port's.

#include <array>
#include <memory>
#include <string>

#include "http/context.h"

namespace answerback::http {

class Kept {
 public:
  // As health(context, checks) makes it. Version and instance are taken to be always the same.
  Response health(const Context&, bool checks);

 private:
  struct Answer {
    std::shared_ptr<const Snapshot> of;
    std::string distrust;
    bool details = true;
    Response response;
  };
  std::array<Answer, 2> answers_;  // without checks, and with them
};

}  // namespace answerback::http
