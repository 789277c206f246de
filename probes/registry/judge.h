#pragma once
// A list of agents, judged. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/fields.h"
#include "model/result.h"
#include "probes/shared/expect/json.h"
#include "probes/shared/expect/pattern.h"

namespace answerback::probes {

struct RegistrySettings {
  std::string list;            // JSON pointer to the list: of texts, of objects, or an object keyed by name
  std::string name = "/name";  // and from an agent to its name; where an object is keyed by name it may lack
  std::vector<std::string> agents;  // that must be there
  std::optional<std::int64_t> least, exact;
  std::optional<Pattern> forbidden;
  std::vector<std::string> forbidden_in;  // pointers from an agent
  JsonExpect each;                        // of every agent, or of those expected where there are any
  std::string heartbeat;                  // pointer to the time of the last; empty: none
  Duration heartbeat_age{};
};
RegistrySettings read_registry(config::Fields&);

struct RegistryFound {
  std::optional<Failure> failure;  // all that is wrong, in one line
  std::size_t agents = 0;
  std::optional<Duration> oldest;  // heartbeat
};
// Failures: protocol (no such list), assertion (missing, miscounted, not as it must be), synthetic (a mock),
// heartbeat_lost (silent for too long).
RegistryFound judge_registry(const RegistrySettings&, std::string_view body, Wall now);

}  // namespace answerback::probes
