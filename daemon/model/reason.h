#pragma once
// Why a run did not pass: one closed list. The phase says where, the detail says the rest. `answerback types`
// prints the meanings; metrics use the names as label values, so a name is never changed.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace answerback {

enum class Reason : std::uint8_t {
  none,  // a pass; its name is ""
  // network
  dns_nxdomain,
  dns_failure,
  dns_timeout,
  connect_refused,
  connect_timeout,
  unreachable,
  reset,
  read_timeout,
  // TLS
  tls_expired,
  tls_not_yet_valid,
  tls_untrusted,
  tls_host_mismatch,
  tls_protocol,
  tls_timeout,
  // protocol
  protocol,
  too_large,
  truncated,
  status,
  assertion,
  slow,
  // access
  auth,
  auth_bypass,
  quota,
  rate_limited,
  forbidden,
  // WebSocket
  upgrade_refused,
  subprotocol,
  no_welcome,
  closed,
  heartbeat_lost,
  degraded_notice,
  // agent
  no_start,
  request_dropped,
  request_unrecognised,
  stalled,
  tool_stuck,
  chain_order,
  chain_incomplete,
  agent_error,
  answer_wrong,
  synthetic,
  late,
  misrouted,
  isolation_breach,
  contract_drift,
  // LLM
  model_not_found,
  bad_request,
  overloaded,
  upstream_error,
  empty_completion,
  content_filter,
  budget_spent,
  // database
  no_database,
  too_many_connections,
  not_ready,
  read_only,
  missing_table,
  query_timeout,
  auth_downgrade,
  // between probes
  ready_lies,
  auth_split_brain,
  app_layer,
  edge_path,
  // ourselves
  not_looking,
  no_evidence,
  worker_died,
  internal,
};

struct ReasonInfo {
  Reason reason;
  std::string_view name, layer, meaning;  // meaning: one line, no full stop
};

std::span<const ReasonInfo> reasons();  // in the order of the enum, `none` first
std::string_view name(Reason);
std::string_view meaning(Reason);
std::optional<Reason> reason_named(std::string_view);

// Faults that are felt at once but may pass by themselves: they make a healthy probe `degraded` with the
// first run and `down` only when `fall` is reached (rate_limited, overloaded).
bool degrades_first(Reason);

// What nobody may wait to see twice: the first failure makes a probe `down`, whatever its `fall`
// (isolation_breach, auth_bypass).
bool pages_at_once(Reason);

}  // namespace answerback
