#pragma once
// Takes what must not be seen out of texts that come from elsewhere: as it is, percent-encoded, in hex, and
// in base64 at any alignment (as inside of "user:password"). A text that was cut (it ends with "…") in the
// middle of one loses what there is of it.

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"

namespace answerback {

class Redactor {
 public:
  static constexpr std::size_t shortest = 6;  // bytes; one too short would make holes everywhere
  static constexpr std::size_t learnt = 32;   // tokens known at a time
  static constexpr std::string_view mark = "<secret>";

  void add(std::string_view secret);   // a media type is none, whatever header it is the value of
  void learn(std::string_view token);  // one that came up while running; any thread, at any time
  std::string taken_out_of(std::string text) const;  // any thread

 private:
  using Forms = std::vector<std::string>;  // longest first
  Forms forms_;
  mutable std::mutex mutex_;
  std::vector<Forms> learnt_;  // oldest first
};

// Out of all that a run quotes of its target.
void take_out(const Redactor&, RunRecord&);

}  // namespace answerback
