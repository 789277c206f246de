#include "model/measure.h"

#include <array>
#include <utility>

#include "model/table.h"

namespace answerback {
namespace {

struct MeasureInfo {
  Measure measure;
  std::string_view name, unit;
};

constexpr std::array table{
    MeasureInfo{Measure::http_status, "http_status", ""},
    MeasureInfo{Measure::certificate_expiry, "certificate_expiry", "seconds"},
    MeasureInfo{Measure::certificate_lifetime, "certificate_lifetime", "seconds"},
    MeasureInfo{Measure::body_bytes, "body_bytes", "bytes"},
    MeasureInfo{Measure::connections_used, "connections_used", "connections"},
    MeasureInfo{Measure::connections_max, "connections_max", "connections"},
    MeasureInfo{Measure::stage_duration, "stage_duration", "seconds"},
    MeasureInfo{Measure::stages_reached, "stages_reached", "ratio"},
    MeasureInfo{Measure::time_to_first_token, "time_to_first_token", "seconds"},
    MeasureInfo{Measure::output_tokens_per_second, "output_tokens_per_second", "tokens/s"},
    MeasureInfo{Measure::input_tokens, "input_tokens", "tokens"},
    MeasureInfo{Measure::output_tokens, "output_tokens", "tokens"},
    MeasureInfo{Measure::budget_remaining_tokens, "budget_remaining_tokens", "tokens"},
    MeasureInfo{Measure::longest_chunk_gap, "longest_chunk_gap", "seconds"},
    MeasureInfo{Measure::cost, "cost", ""},
    MeasureInfo{Measure::requests_waiting, "requests_waiting", "requests"},
    MeasureInfo{Measure::perfdata, "perfdata", ""},
    MeasureInfo{Measure::claims_health, "claims_health", ""},
    MeasureInfo{Measure::clock_skew, "clock_skew", "seconds"},
    MeasureInfo{Measure::token_lifetime, "token_lifetime", "seconds"},
    MeasureInfo{Measure::watches, "watches", ""},
    MeasureInfo{Measure::dns_ttl, "dns_ttl", "seconds"},
    MeasureInfo{Measure::round_trip, "round_trip", "seconds"},
    MeasureInfo{Measure::packet_loss, "packet_loss", "ratio"},
    MeasureInfo{Measure::tls_unverified, "tls_unverified", ""},
};

static_assert(covers(table, &MeasureInfo::measure, Measure::tls_unverified));

}  // namespace

std::string_view name(Measure measure) { return table[std::to_underlying(measure)].name; }
std::string_view unit(Measure measure) { return table[std::to_underlying(measure)].unit; }

}  // namespace answerback
