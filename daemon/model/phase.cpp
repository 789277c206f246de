#include "model/phase.h"

#include <algorithm>
#include <array>
#include <utility>

#include "model/table.h"

namespace answerback {
namespace {

struct PhaseInfo {
  Phase phase;
  std::string_view name, meaning;
  Reason late;
};

// `late`: in `prepare` and `queue` the target has not been asked yet, so the delay is ours. The upgrade and
// the close are exchanges like any other; the stages after them have reasons of their own, for "silence"
// alone would not say which.
constexpr std::array table{
    PhaseInfo{Phase::prepare, "prepare", "building the request, nothing sent yet", Reason::internal},
    PhaseInfo{Phase::queue, "queue", "waiting for a turn of our own", Reason::internal},
    PhaseInfo{Phase::resolve, "resolve", "looking up the name", Reason::dns_timeout},
    PhaseInfo{Phase::connect, "connect", "opening the connection", Reason::connect_timeout},
    PhaseInfo{Phase::proxy, "proxy", "being let through by the proxy", Reason::connect_timeout},
    PhaseInfo{Phase::tls, "tls", "handshake and certificate", Reason::tls_timeout},
    PhaseInfo{Phase::processing, "processing", "waiting for the first byte of the answer",
              Reason::read_timeout},
    PhaseInfo{Phase::transfer, "transfer", "reading the rest of the answer", Reason::read_timeout},
    PhaseInfo{Phase::sign_in, "sign_in", "proving who we are", Reason::read_timeout},
    PhaseInfo{Phase::query, "query", "waiting for the database to answer a statement", Reason::query_timeout},
    PhaseInfo{Phase::tables, "tables", "looking for the expected tables", Reason::query_timeout},
    PhaseInfo{Phase::role, "role", "asking whether it is the primary", Reason::query_timeout},
    PhaseInfo{Phase::pressure, "pressure", "counting the connections that are left", Reason::query_timeout},
    PhaseInfo{Phase::upgrade, "upgrade", "from HTTP to WebSocket", Reason::read_timeout},
    PhaseInfo{Phase::welcome, "welcome", "waiting for the server's first word", Reason::no_welcome},
    PhaseInfo{Phase::ping, "ping", "waiting for a heartbeat to be answered", Reason::heartbeat_lost},
    PhaseInfo{Phase::dispatch, "dispatch", "request sent, no event yet", Reason::no_start},
    PhaseInfo{Phase::chain, "chain", "events are coming", Reason::stalled},
    PhaseInfo{Phase::answer, "answer", "waiting for the answer to judge it", Reason::stalled},
    PhaseInfo{Phase::first_token, "first_token", "generation asked for, no content yet",
              Reason::read_timeout},
    PhaseInfo{Phase::stream, "stream", "content is coming", Reason::stalled},
    PhaseInfo{Phase::execute, "execute", "a program is running", Reason::read_timeout},
    PhaseInfo{Phase::discovery, "discovery", "asking who it is and what it speaks", Reason::read_timeout},
    PhaseInfo{Phase::keys, "keys", "reading the issuer's keys", Reason::read_timeout},
    PhaseInfo{Phase::token, "token", "looking at the token", Reason::internal},
    PhaseInfo{Phase::introspection, "introspection", "asking the issuer whether a token is good",
              Reason::read_timeout},
    PhaseInfo{Phase::access, "access", "presenting a token that must be accepted", Reason::read_timeout},
    PhaseInfo{Phase::no_token, "no_token", "asking without a token, which must be refused",
              Reason::read_timeout},
    PhaseInfo{Phase::garbage, "garbage", "presenting no token at all as one, which must be refused",
              Reason::read_timeout},
    PhaseInfo{Phase::expired, "expired", "presenting an expired token, which must be refused",
              Reason::read_timeout},
    PhaseInfo{Phase::wrong_secret, "wrong_secret",
              "presenting a token with a wrong signature, which must be refused", Reason::read_timeout},
    PhaseInfo{Phase::alg_none, "alg_none", "presenting a token without a signature, which must be refused",
              Reason::read_timeout},
    PhaseInfo{Phase::wrong_audience, "wrong_audience",
              "presenting a token made for somebody else, which must be refused", Reason::read_timeout},
    PhaseInfo{Phase::list, "list", "asking what it offers", Reason::read_timeout},
    PhaseInfo{Phase::call, "call", "using something it offers", Reason::tool_stuck},
    PhaseInfo{Phase::close, "close", "saying goodbye", Reason::read_timeout},
};

constexpr auto in_order = [] {
  std::array<Phase, table.size()> phases{};
  std::ranges::transform(table, phases.begin(), &PhaseInfo::phase);
  return phases;
}();

static_assert(covers(table, &PhaseInfo::phase, Phase::close));

}  // namespace

std::span<const Phase> phases() { return in_order; }
std::string_view name(Phase phase) { return table[std::to_underlying(phase)].name; }
std::string_view meaning(Phase phase) { return table[std::to_underlying(phase)].meaning; }
Reason late_in(Phase phase) { return table[std::to_underlying(phase)].late; }

}  // namespace answerback
