#pragma once
// A deadline for each of many, all of which are looked at several times a second: they lie side by side, so
// that ten thousand cost microseconds and not a walk through all that they belong to. One thread.

#include <cstddef>
#include <vector>

#include "model/time.h"

namespace answerback::http {

template <class Owner>
class Deadlines {
 public:
  using Slot = std::size_t;

  Slot add(Owner owner, Steady at) {
    if (free_.empty()) {
      at_.push_back(at);
      owners_.push_back(owner);
      return at_.size() - 1;
    }
    const Slot slot = free_.back();
    free_.pop_back();
    at_[slot] = at;
    owners_[slot] = owner;
    return slot;
  }
  void set(Slot slot, Steady at) { at_[slot] = at; }
  void remove(Slot slot) {
    at_[slot] = Steady::max();
    free_.push_back(slot);
  }

  // Each whose deadline has come. `each(owner)` may set it, or remove it, but add none.
  void due(Steady now, auto each) const {
    for (Slot slot = 0; slot < at_.size(); ++slot)
      if (at_[slot] <= now) each(owners_[slot]);
  }

 private:
  std::vector<Steady> at_;
  std::vector<Owner> owners_;
  std::vector<Slot> free_;
};

}  // namespace answerback::http
