#pragma once
// What happened, kept. Events go through a bounded queue to a thread of its own, which builds the Chronicle,
// writes it to disk where there is a state_dir, and publishes it only then: what is shown is on disk. Runs
// are summed up on the way, so that no number of them fills the queue.
//
// Written and synced at once: incidents, transitions, what happened to the daemon itself. Every `period`, and
// not synced (it survives our own end, not a loss of power): the day of results, where each probe stands.
// While the disk fails, the chronicle goes on in memory, says so, and its new incidents are not `durable`;
// all of it is written once the disk works again.

#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "model/chronicle.h"
#include "model/restored.h"
#include "sinks/board.h"
#include "sinks/chronicler.h"
#include "sinks/event_log.h"
#include "sinks/sink.h"

namespace answerback::sinks {

class History final : public Sink {
 public:
  struct Options {
    Chronicler::Redact redact;  // called on the history's thread
    Chronicler::Limits limits = {};
    std::function<Wall()> now = std::chrono::system_clock::now;
    Duration tick = std::chrono::seconds(1);  // how soon put() is written, and a failed disk is tried again
    int ticks_a_period = 5;
    std::size_t queue = 4096;                 // events; one too many is lost, and that is told
    std::size_t sums = 100'000;               // parts of a day waiting for a slow disk
    Duration slow = std::chrono::seconds(5);  // a write that takes longer is told
  };

  History(const Board&, EventLog&, Options);  // both outlive it
  ~History() override;                        // stops, however long the disk takes

  struct Before {
    Restored restored;
    std::map<std::string, std::string, std::less<>> values;  // of the Store
  };
  // Reads what is kept and starts the thread. `state_dir` empty: memory only. An error is for a person and
  // means that the daemon must not start: another one has the state_dir, or a newer one has written it. A
  // disk that fails is no error: Chronicle::degraded.
  std::expected<Before, std::string> start(const std::string& state_dir);

  void on(const Event&) override;
  void put(std::string_view key, const std::string& value);  // any thread

  std::shared_ptr<const Chronicle> chronicle() const;  // any thread; null before start()

  // Writes what there is and ends the thread. False: the disk did not take it in time, and the thread is
  // still there; the process is to end without the destructor.
  bool stop(Duration within);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace answerback::sinks
