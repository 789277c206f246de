#pragma once
// What is one user's and must not reach another. Pure.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "probes/shared/challenge/challenge.h"
#include "probes/shared/platform/event.h"

namespace answerback::probes {

// By which frames are known to be somebody's.
struct Belongings {
  std::string who;                                // for people
  std::string user_id;                            // from the welcome; empty: not said
  std::string marker;                             // stands in the question
  std::uint64_t product = 0;                      // the answer
  std::set<std::string> runs = {}, threads = {};  // of the events that brought the answer
};

// Everything that has come to one user, as far as it may tell whose it is.
class Inbox {
 public:
  // `answer_due`: the right answer of this user; the event that brings it tells which run and thread are
  // ours.
  void take(const AgentEvent&, std::string_view text, const Challenge& own, Belongings& mine);

  // The first frame that is another's, in words, and the frame. What both have (a shared thread, ids counted
  // from one for each) proves nothing.
  struct Breach {
    std::string what, frame;
  };
  std::optional<Breach> breach(const Belongings& mine, const Belongings& other) const;
  std::size_t frames() const { return frames_; }

 private:
  struct Item {
    std::string name, user_id, run_id, thread_id, answer, text;
  };
  std::vector<Item> items_;
  std::size_t frames_ = 0;
};

}  // namespace answerback::probes
