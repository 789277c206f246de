#include "probes/llm/reasons.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace answerback::probes {
namespace {

struct Word {
  std::string_view word;
  Reason reason;
};

// What does not heal by waiting though it comes with a 429 like what does: the money is gone.
constexpr Word telling[] = {
    {"credit_balance_exhausted", Reason::quota},
    {"organization_spend_limit_exceeded", Reason::quota},
    {"project_spend_limit_exceeded", Reason::quota},
    {"organization_usage_limit_exceeded", Reason::quota},
    {"enforced_spend_limit_reached", Reason::quota},
    {"contract_spend_limit_reached", Reason::quota},
    {"insufficient_quota", Reason::quota},
    {"billing_hard_limit_reached", Reason::quota},
    {"billing_not_active", Reason::quota},
    {"billing_error", Reason::quota},

    {"rate_limit_exceeded", Reason::rate_limited},
    {"RATE_LIMIT_EXCEEDED", Reason::rate_limited},
    {"ramp_limit_exceeded", Reason::rate_limited},
    {"rate_limit_error", Reason::rate_limited},

    {"slow_down", Reason::overloaded},
    {"server_is_overloaded", Reason::overloaded},
    {"overloaded_error", Reason::overloaded},
    {"unavailable_error", Reason::overloaded},
    {"UNAVAILABLE", Reason::overloaded},

    {"invalid_api_key", Reason::auth},
    {"authentication_error", Reason::auth},
    {"permission_error", Reason::auth},
    {"organization_on_hold", Reason::auth},
    {"API_KEY_INVALID", Reason::auth},
    {"API_KEY_EXPIRED", Reason::auth},
    {"PERMISSION_DENIED", Reason::auth},
    {"UNAUTHENTICATED", Reason::auth},

    {"model_not_found", Reason::model_not_found},
    {"model_deprecated", Reason::model_not_found},
    {"model_decommissioned", Reason::model_not_found},
    {"model_retired", Reason::model_not_found},
    {"DeploymentNotFound", Reason::model_not_found},

    {"content_filter", Reason::content_filter},
    {"content_policy_violation", Reason::content_filter},
};

// Said with many a status, which then tells more.
constexpr Word vague[] = {
    {"server_error", Reason::upstream_error},       {"api_error", Reason::upstream_error},
    {"timeout_error", Reason::upstream_error},      {"not_found_error", Reason::model_not_found},
    {"invalid_request_error", Reason::bad_request}, {"INTERNAL", Reason::upstream_error},
    {"DEADLINE_EXCEEDED", Reason::upstream_error},  {"NOT_FOUND", Reason::model_not_found},
    {"INVALID_ARGUMENT", Reason::bad_request},      {"RESOURCE_EXHAUSTED", Reason::rate_limited},
};

template <std::size_t size>
std::optional<Reason> look_up(const Word (&table)[size], std::string_view word) {
  const auto found = std::ranges::find(table, word, &Word::word);
  return found == std::end(table) ? std::nullopt : std::optional(found->reason);
}

Reason reason_of_status(unsigned status) {
  switch (status) {
    case 401:
    case 403: return Reason::auth;
    case 402: return Reason::quota;
    case 404:
    case 410: return Reason::model_not_found;
    case 408:
    case 409: return Reason::upstream_error;
    case 429: return Reason::rate_limited;
    case 503:
    case 529: return Reason::overloaded;
    default: break;
  }
  if (status / 100 == 4) return Reason::bad_request;
  return status >= 500 ? Reason::upstream_error : Reason::status;
}

unsigned number(std::string_view code) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(code.data(), code.data() + code.size(), value);
  return error == std::errc() && end == code.data() + code.size() ? value : 0;
}

}  // namespace

Reason reason_of_error(unsigned status, std::string_view code, std::string_view type) {
  if (const auto reason = look_up(telling, code)) return *reason;
  if (const auto reason = look_up(telling, type)) return *reason;
  if (status / 100 == 2) status = number(code);
  if (status >= 300) return reason_of_status(status);
  if (const auto reason = look_up(vague, code)) return *reason;
  return look_up(vague, type).value_or(Reason::upstream_error);
}

ProbeResult result_of(Failure failure) {
  if (failure.reason == Reason::content_filter)
    return ProbeResult::warn(failure.reason, std::move(failure.detail));
  return ProbeResult::fail(std::move(failure));
}

}  // namespace answerback::probes
