#pragma once
// Numbers a run may bring home besides its verdict: one closed list, each known to metrics and to the
// timeline.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace answerback {

enum class Measure : std::uint8_t {
  http_status,           // code of the last response
  certificate_expiry,    // seconds since the epoch, earliest of the chain
  certificate_lifetime,  // seconds; of that certificate, from its first day to its last
  body_bytes,            // of the last response
  connections_used,      // database connections in use
  connections_max,       // and allowed
  stage_duration,        // seconds; label: stage of the agent chain
  stages_reached,        // 0 to 1
  time_to_first_token,   // seconds
  output_tokens_per_second,
  input_tokens,
  output_tokens,
  budget_remaining_tokens,
  longest_chunk_gap,  // seconds; between two pieces of an answer
  cost,               // at the configured prices, in whatever currency
  requests_waiting,   // at a model server of one's own
  perfdata,           // a number a program reported; label: its own word for it, never a metric
  claims_health,      // 1 or 0: whether the answer claims that others are healthy; label: its own words
  clock_skew,         // seconds; what the clock of a service is ahead of ours, the farthest of them
  token_lifetime,     // seconds from now until it expires
  watches,            // 1; label: an instance of ours that the answer speaks of, never a metric
  dns_ttl,            // seconds; the least of the answers
  round_trip,         // seconds; mean of the echoes that came back
  packet_loss,        // 0 to 1
  tls_unverified,     // 1 where any certificate was taken, as the configuration asks; nothing elsewhere
};

std::string_view name(Measure);  // snake_case, as in the timeline and JSON
std::string_view unit(Measure);  // "seconds", "bytes", "ratio", "" …

struct Sample {
  Measure measure;
  double value;
  std::string label;  // only where the list above names one; bounded by the configuration
};

}  // namespace answerback
