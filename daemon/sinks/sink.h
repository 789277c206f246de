#pragma once
// Where facts go. Called on the engine's thread, in the order things happened: a sink takes what it needs and
// returns at once; whatever may block belongs to a thread of its own behind a bounded queue.

#include "model/event.h"

namespace answerback::sinks {

class Sink {
 public:
  virtual ~Sink() = default;
  virtual void on(const Event&) = 0;
};

}  // namespace answerback::sinks
