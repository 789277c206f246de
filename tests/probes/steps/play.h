#pragma once
// A script from its JSON, and what it makes of a conversation written down.

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <string>

#include "probes/shared/steps/machine.h"

namespace answerback::probes {

inline Script script_of(std::string_view steps,
                        std::set<std::string, std::less<>> names = {"uuid", "n", "token"}) {
  Script script;
  script.scope.names = std::move(names);
  for (const boost::json::value& step : boost::json::parse(steps).as_array()) {
    const auto added = add_step(script, step.as_object());
    if (!added) throw std::runtime_error(added.error().key + ": " + added.error().message);
  }
  return script;
}

// "name: words", or what a script did with a conversation.
inline std::string told(const StepMachine& machine) {
  if (machine.failure())
    return std::string(name(machine.failure()->reason)) + ": " + machine.failure()->detail;
  return machine.arrived() ? "arrived" : "at step " + std::to_string(machine.position() + 1);
}

// Plays a script against messages, a second apart.
class Play {
 public:
  explicit Play(std::string_view steps) : script_(script_of(steps)) {
    machine_.go(script_.steps.size(), now_);
  }
  Play& hear(std::string message) {
    now_ += std::chrono::seconds(1);
    machine_.tick(now_);
    Incoming incoming(std::move(message));
    left_ = machine_.take(incoming, now_);
    return *this;
  }
  Play& wait(Duration time) {
    now_ += time;
    machine_.tick(now_);
    return *this;
  }
  Play& closed(std::uint16_t code) {
    const Reason reason = code == 4401 ? Reason::auth : Reason::closed;
    machine_.gone({reason, "the server closed the connection with code " + std::to_string(code)}, code);
    return *this;
  }
  std::vector<std::string> sent() { return machine_.outgoing(); }
  std::string told() const { return probes::told(machine_); }
  bool left() const { return left_; }
  StepMachine& machine() { return machine_; }

 private:
  Script script_;
  Steady now_{std::chrono::hours(1)};
  StepMachine machine_{script_, {{"token", {"T", false}}, {"uuid", {"U", false}}}};
  bool left_ = false;
};

}  // namespace answerback::probes
