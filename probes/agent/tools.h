#pragma once
// The tools an agent has called and that have not come back. Pure.
//
// Calls pair with their ends by name, and by the id of the call where the platform gives one; without a name
// on one side, whatever is open. Events may be delivered twice: a call that begins while another of the same
// name is open need not have an end of its own.

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "model/time.h"
#include "probes/shared/platform/event.h"

namespace answerback::probes {

class ToolCalls {
 public:
  void take(const AgentEvent&, Steady at);  // any event

  bool open() const;
  struct Call {
    std::string name;  // "without a name" where it has none
    Steady since;
  };
  std::optional<Call> oldest() const;  // of the open ones
  std::optional<std::string> never_ended() const;

 private:
  struct Calls {
    std::size_t open = 0;
    bool ended = false;  // one of them, since there were none
    Steady since;
  };
  using Tools = std::map<std::string, Calls>;
  void begin(const std::string& key, Steady at);
  void end(const std::string& key);

  Tools tools_;
};

}  // namespace answerback::probes
