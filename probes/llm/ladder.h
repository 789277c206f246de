#pragma once
// What a run has proved, depth by depth, and what it has not: for the detail and for the evidence. Pure.

#include <array>
#include <string>
#include <string_view>

#include "model/result.h"

namespace answerback::probes {

enum class LlmDepth : std::uint8_t {
  reach,     // the edge answers
  access,    // the key is valid and the model is there; no tokens
  count,     // tokens are counted: the key may use the model; none is generated
  generate,  // the model speaks
};
std::string_view name(LlmDepth);
LlmDepth depth_named(std::string_view);  // generate, where there is none of that name

class LlmLadder {
 public:
  // With what was seen. Proof of a depth is proof of reach and access, too.
  void proved(LlmDepth, std::string words);
  // A look at this depth failed. An answer of any kind is proof of reach.
  void failed(LlmDepth, const Failure&, bool answered);
  void unproved(LlmDepth, std::string why);  // why it was not even tried

  std::string text() const;                               // a line a depth
  std::string missing(std::string_view also = {}) const;  // "; not proved: count, generate", "" if nothing

 private:
  enum class State : std::uint8_t { not_tried, proved, failed };
  struct Rung {
    State state = State::not_tried;
    std::string words = {};
  };
  Rung& at(LlmDepth depth) { return rungs_[static_cast<std::size_t>(depth)]; }

  std::array<Rung, 4> rungs_;
};

}  // namespace answerback::probes
