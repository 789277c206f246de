#pragma once
// How far one run has come, and how long each phase took. Owned by the runner and written by the probe, so
// that a run ended from outside still says where it was.

#include <span>
#include <string>
#include <vector>

#include "model/phase.h"
#include "model/time.h"

namespace answerback {

struct PhaseTime {
  Phase phase;
  Steady began;
  Duration took;
};

class Phases {
 public:
  // Ends the current phase and begins this one; `late` is the reason a deadline has from here on.
  void enter(Phase phase, Steady at) { enter(phase, at, late_in(phase)); }
  void enter(Phase phase, Steady at, Reason late);

  // What a person needs to know about the current phase beyond its name ("10.0.0.7:5432"). Forgotten on
  // enter().
  void note(std::string text) { note_ = std::move(text); }

  void end(Steady at);  // ends the current phase; current() keeps naming it

  Phase current() const { return current_; }
  Reason late() const { return late_; }
  const std::string& note() const { return note_; }
  std::span<const PhaseTime> times() const { return times_; }  // in order; a phase entered twice stands twice
  std::vector<PhaseTime> take() { return std::move(times_); }

 private:
  std::vector<PhaseTime> times_;
  std::string note_;
  Phase current_ = Phase::prepare;
  Reason late_ = Reason::internal;
  bool open_ = false;
};

}  // namespace answerback
