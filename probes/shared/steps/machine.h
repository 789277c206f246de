#pragma once
// Plays a script: messages and times go in, messages to be sent and the outcome come out. Pure; a coroutine
// does the talking (probes/shared/steps/conversation.h).
//
// What a step waits for is what it gets, whatever the rules say of it; a reply is sent in any case. Among
// rules, later ones come first.

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/result.h"
#include "probes/shared/steps/script.h"

namespace answerback::probes {

class StepMachine {
 public:
  static constexpr std::size_t value_cap = 64 * 1024;  // bytes of a captured or collected value

  // The script outlives it. `values`: of the names that are known from the start ({{n}} is its own).
  StepMachine(const Script& script, StepValues values) : script_(script), values_(std::move(values)) {}

  void set(std::string name, StepValue value) { values_.insert_or_assign(std::move(name), std::move(value)); }
  // Plays on until step `end`, that one left out.
  void go(std::size_t end, Steady now);

  // True where the script has nothing to do with the message and is not waiting for one either.
  bool take(Incoming&, Steady at);
  void gone(const Failure&, std::optional<std::uint16_t> code);  // the socket has ended
  void tick(Steady now);                                         // time has passed
  void out_of_time(Steady now);                                  // and no more is left

  bool arrived() const { return !failure_ && position_ >= end_; }
  const std::optional<Failure>& failure() const { return failure_; }
  Steady wait() const;  // until then nothing happens by itself
  std::vector<std::string> outgoing() { return std::exchange(outgoing_, {}); }
  std::size_t position() const { return position_; }
  const StepValues& values() const { return values_; }
  StepValue value(std::string_view name);

 private:
  struct Heartbeat {
    const Step* step;
    Steady next;
  };
  struct Met {
    bool swallowed = false;
    std::optional<Failure> failure = {};
  };

  const Step& step() const { return script_.steps[position_]; }
  void enter(Steady now);
  void advance(Steady now);
  void send(const Step&);
  Met by_rules(Incoming&);
  void unexpected(Incoming&, const std::string& why, Met);
  bool capture(const Captures&, Incoming&, std::string_view part);
  void collect(Incoming&);
  void fail(Reason, std::string detail);
  Failure silence(Steady now) const;

  const Script& script_;
  StepValues values_;
  std::size_t position_ = 0, end_ = 0;
  std::uint64_t count_ = 0;
  Steady since_, until_;
  Matcher wanted_;       // of this step, filled in
  std::string instead_;  // the last message that was another, and how many there were
  std::size_t others_ = 0;
  std::vector<StepRule> rules_;
  std::vector<Heartbeat> heartbeats_;
  std::vector<std::string> outgoing_;
  std::string last_;  // the message taken last
  std::optional<Failure> failure_;
};

}  // namespace answerback::probes
