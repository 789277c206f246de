#pragma once
// What a person sees while the gate is shut: on a terminal one line that is rewritten, elsewhere (a CI's log)
// a line whenever something has changed, and only then.

#include <ostream>
#include <string>

#include "cli/gate.h"

namespace answerback::cli {

class Progress {
 public:
  struct Style {
    bool live = false;      // rewrite one line
    std::size_t width = 0;  // columns of the terminal; 0: unknown
    bool colour = false;
  };
  Progress(std::ostream& out, Style style, GateTerms terms) : out_(out), style_(style), terms_(terms) {}

  void show(const Gate&, const std::string& what, const std::string& why);
  void finish();  // leaves the last line standing

 private:
  std::string line(const Gate&, const std::string& what, const std::string& why) const;

  std::ostream& out_;
  Style style_;
  GateTerms terms_;
  std::string told_;  // state and why of the last line
  bool pending_ = false;
};

}  // namespace answerback::cli
