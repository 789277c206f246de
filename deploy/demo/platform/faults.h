#pragma once
// The live switches: every failure the platform can be made to show. They may be on together, and act on what
// comes after they are thrown. One thread.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace demo {

enum class Fault : std::uint8_t {
  database,
  ready_lies,
  ready_contradicts,
  token_refused,
  split_secret,
  open_socket,
  closed_1011,
  edge_503,
  edge_no_upgrade,
  edge_strips_auth,
  connection_limit,
  no_welcome,
  welcome_late,
  not_started,
  degraded_notice,
  no_pong,
  agent_silent,
  first_lost,
  contract,
  unrecognised,
  agent_dies,
  tool_stuck,
  agent_error,
  agent_death,
  agent_fallback,
  timeout_warning,
  canned,
  simulated,
  same_answer,
  wrong_answer,
  wrong_order,
  duplicate,
  wrong_run,
  late_answer,
  leak,
  nested,
  shape_change,
  garbage,
  flood,
  missing_tool,
  mock_registry,
  llm_429,
  llm_429_billing,
  llm_529,
  llm_503,
  llm_slow,
  llm_empty,
  llm_truncated,
  llm_error_midstream,
  llm_key,
};

struct FaultInfo {
  Fault fault;
  std::string_view name;
  std::string_view line;            // what it does, for people
  std::string_view parameter = {};  // key of its number in POST /demo/break; empty: it has none
  std::int64_t value = 0;           // that number unless said otherwise
};

std::span<const FaultInfo> all_faults();
const FaultInfo* find_fault(std::string_view name);  // nullptr: unknown

class Faults {
 public:
  bool on(Fault fault) const { return state(fault).on; }
  std::int64_t value(Fault fault) const { return state(fault).value; }  // of its parameter, while on
  void cause(Fault, std::optional<std::int64_t> value = std::nullopt);
  void heal(Fault fault) { states_[index(fault)].on = false; }
  void heal() { states_ = {}; }

 private:
  static constexpr std::size_t count = static_cast<std::size_t>(Fault::llm_key) + 1;
  struct State {
    bool on = false;
    std::int64_t value = 0;
  };
  static std::size_t index(Fault fault) { return static_cast<std::size_t>(fault); }
  const State& state(Fault fault) const { return states_[index(fault)]; }

  std::array<State, count> states_{};
};

}  // namespace demo
