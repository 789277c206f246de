#include "probes/postgres/reasons.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <span>

namespace answerback::probes {
namespace {

struct Meaning {
  std::string_view of;  // an SQLSTATE or its beginning; words of libpq
  Reason reason;
};

// The first that fits: single codes before their classes.
constexpr Meaning states[] = {
    {"3D000", Reason::no_database},
    {"28", Reason::auth},  // also NOLOGIN, an expired password, and no line in pg_hba.conf
    {"53300", Reason::too_many_connections},
    {"53", Reason::not_ready},  // out of memory, disk full
    {"57P03", Reason::not_ready},
    {"57P01", Reason::not_ready},
    {"57P02", Reason::not_ready},
    {"57014", Reason::query_timeout},
    {"55P03", Reason::query_timeout},
    {"57P05", Reason::query_timeout},
    {"25006", Reason::read_only},
    {"42P01", Reason::missing_table},
    {"3F000", Reason::missing_table},
    {"42501", Reason::forbidden},
    {"08", Reason::protocol},
};

constexpr Meaning words[] = {
    {"Connection refused", Reason::connect_refused},
    {"No such file or directory\n\tIs the server", Reason::connect_refused},  // no unix socket
    {"No route to host", Reason::unreachable},
    {"Network is unreachable", Reason::unreachable},
    {"Connection timed out", Reason::connect_timeout},
    {"could not translate host name", Reason::dns_failure},
    {"does not match host name", Reason::tls_host_mismatch},
    {"certificate verify failed", Reason::tls_untrusted},
    {"root certificate file", Reason::tls_untrusted},
    {"server does not support SSL", Reason::tls_protocol},
    {"invalid response to SSL negotiation", Reason::protocol},
    {"SSL", Reason::tls_protocol},
    {"Connection reset by peer", Reason::reset},
    {"server closed the connection", Reason::truncated},
    {"channel binding", Reason::auth_downgrade},
    {"incorrect server signature", Reason::auth_downgrade},  // it does not know our password itself
    {"no password supplied", Reason::auth},
    {"out of memory", Reason::too_large},
    {"target session is not", Reason::read_only},
    {"session is read-only", Reason::read_only},
};

// PgBouncer gives 08P01 for all that it says itself.
constexpr Meaning words_of_poolers[] = {
    {"server login", Reason::not_ready},  // the database behind it does not let the pooler in
    {"cannot connect to server", Reason::not_ready},
    {"server conn crashed", Reason::not_ready},
    {"is disabled", Reason::not_ready},
    {"shut down", Reason::not_ready},
    {"authentication failed", Reason::auth},
    {"no such user", Reason::auth},
    {"login failed", Reason::auth},
    {"no such database", Reason::no_database},
    {"does not exist", Reason::no_database},
    {"no more connections allowed", Reason::too_many_connections},
    {"query_wait_timeout", Reason::query_timeout},
};

std::optional<Reason> reason_in(std::span<const Meaning> meanings, std::string_view message) {
  const auto found =
      std::ranges::find_if(meanings, [&](const Meaning& meaning) { return message.contains(meaning.of); });
  return found == meanings.end() ? std::nullopt : std::optional(found->reason);
}

// "…FATAL:  28P01: password authentication failed…": the severity is in the server's language, so look behind
// it.
std::string_view sqlstate_in(std::string_view message) {
  for (std::size_t at = message.find(":  "); at != std::string_view::npos; at = message.find(":  ", at + 1)) {
    const std::string_view state = message.substr(at + 3, 5);
    const bool code = state.size() == 5 && std::ranges::all_of(state, [](char c) {
                        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
                      });
    if (code && message.substr(at + 8).starts_with(": ")) return state;
  }
  return {};
}

std::string_view first_line(std::string_view message) {
  return message.substr(0, std::min(message.find('\n'), message.size()));
}

}  // namespace

Reason reason_of_sqlstate(std::string_view sqlstate) {
  for (const auto& [of, reason] : states)
    if (sqlstate.starts_with(of)) return reason;
  return Reason::assertion;
}

Failure failure_of_message(std::string_view message, Reason otherwise) {
  const std::string_view state = sqlstate_in(message);
  const auto said = state.empty()      ? reason_in(words, message)
                    : state == "08P01" ? reason_in(words_of_poolers, message)
                                       : std::nullopt;
  const Reason reason = said.value_or(state.empty() ? otherwise : reason_of_sqlstate(state));
  return {reason, std::string(first_line(message))};
}

}  // namespace answerback::probes
