#pragma once
// The last things that happened, for whoever reads along: transitions, incidents, the one line, reloads; runs
// are not among them. The engine writes, any number of threads read; neither waits for the other beyond a
// copy of some pointers.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sinks/sink.h"

namespace answerback::sinks {

class EventRing final : public Sink {
 public:
  struct Limits {
    std::size_t events = 512;  // kept; the oldest make room
    std::size_t readers = 64;
  };
  struct Entry {
    std::string id;     // "BOOT-NUMBER": a restart is noticed, numbers within one have no gaps
    std::string event;  // "transition", "incident_opened", "incident_closed", "output", "looking", "reload",
                        // "lifecycle"
    std::string data;   // a JSON object on one line, capped
  };
  struct Batch {
    std::vector<std::shared_ptr<const Entry>> entries;  // oldest first
    std::uint64_t missed = 0;  // how many before them were gone before this reader came to them
  };

  // Where one reader has got to. A slow one loses the oldest, never holds them. May outlive the ring.
  class Reader {
   public:
    virtual ~Reader() = default;
    virtual Batch take(std::size_t most) = 0;
  };

  EventRing(Wall started, Limits);
  explicit EventRing(Wall started) : EventRing(started, Limits()) {}
  ~EventRing() override;

  void on(const Event&) override;

  // Begins after the entry `last_id`; with what happens from now on where that is empty; with the oldest kept
  // where it is of another boot or no id at all. Null while there are as many readers as may be.
  std::unique_ptr<Reader> join(std::string_view last_id);

 private:
  struct State;
  class Place;
  std::shared_ptr<State> state_;
};

}  // namespace answerback::sinks
