#pragma once
// Takes what must not be seen out of texts that come from elsewhere: as it is, percent-encoded, in hex, and
// in base64 at any alignment (as inside of "user:password"). Pure.

#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"

namespace answerback {

class Redactor {
 public:
  static constexpr std::size_t shortest = 6;  // bytes; one too short would make holes everywhere
  static constexpr std::string_view mark = "<secret>";

  void add(std::string_view secret);  // a media type is none, whatever header it is the value of
  std::string taken_out_of(std::string text) const;

 private:
  std::vector<std::string> forms_;  // longest first
};

// Out of all that a run quotes of its target.
void take_out(const Redactor&, RunRecord&);

}  // namespace answerback
