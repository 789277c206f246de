#include "model/reason.h"

#include <algorithm>
#include <array>
#include <utility>

#include "model/table.h"

namespace answerback {
namespace {

using enum Reason;

constexpr std::array table{
    ReasonInfo{none, "", "", "passed"},

    ReasonInfo{dns_nxdomain, "dns_nxdomain", "network", "the name does not exist, or has no address"},
    ReasonInfo{dns_failure, "dns_failure", "network", "the name server answered with an error"},
    ReasonInfo{dns_timeout, "dns_timeout", "network", "no name server answered in time"},
    ReasonInfo{connect_refused, "connect_refused", "network",
               "nothing listens on the port, or it is refused"},
    ReasonInfo{connect_timeout, "connect_timeout", "network", "the connection was not accepted in time"},
    ReasonInfo{unreachable, "unreachable", "network", "there is no route to the address"},
    ReasonInfo{reset, "reset", "network", "the peer broke the connection off"},
    ReasonInfo{read_timeout, "read_timeout", "network", "connected, but the answer did not come in time"},

    ReasonInfo{tls_expired, "tls_expired", "TLS", "the certificate has expired, or is about to"},
    ReasonInfo{tls_not_yet_valid, "tls_not_yet_valid", "TLS", "the certificate is not valid yet"},
    ReasonInfo{tls_untrusted, "tls_untrusted", "TLS",
               "the certificate is not signed by an authority we trust"},
    ReasonInfo{tls_host_mismatch, "tls_host_mismatch", "TLS", "the certificate is for another name"},
    ReasonInfo{tls_protocol, "tls_protocol", "TLS",
               "the handshake failed: versions, ciphers, or not TLS at all"},
    ReasonInfo{tls_timeout, "tls_timeout", "TLS", "the handshake did not end in time"},

    ReasonInfo{protocol, "protocol", "protocol", "the peer broke the rules of its protocol"},
    ReasonInfo{too_large, "too_large", "protocol", "the answer is larger than we accept"},
    ReasonInfo{truncated, "truncated", "protocol", "the answer ended before it was complete"},
    ReasonInfo{status, "status", "protocol", "the answer has a status other than the expected ones"},
    ReasonInfo{assertion, "assertion", "protocol", "the answer is not what the configuration expects"},
    ReasonInfo{slow, "slow", "protocol", "the answer is right but slower than allowed"},

    ReasonInfo{auth, "auth", "access", "our credentials were refused"},
    ReasonInfo{auth_bypass, "auth_bypass", "access", "wrong or missing credentials were accepted"},
    ReasonInfo{quota, "quota", "access", "the account's quota or credit is used up"},
    ReasonInfo{rate_limited, "rate_limited", "access", "we are asked to send fewer requests"},
    ReasonInfo{forbidden, "forbidden", "access", "the credentials are good but do not permit this"},

    ReasonInfo{upgrade_refused, "upgrade_refused", "WebSocket", "the upgrade to WebSocket was refused"},
    ReasonInfo{subprotocol, "subprotocol", "WebSocket", "the server did not agree on a subprotocol of ours"},
    ReasonInfo{no_welcome, "no_welcome", "WebSocket",
               "the socket opened but the server's first word never came"},
    ReasonInfo{closed, "closed", "WebSocket", "the server closed the socket"},
    ReasonInfo{heartbeat_lost, "heartbeat_lost", "WebSocket", "pings are not answered"},
    ReasonInfo{degraded_notice, "degraded_notice", "WebSocket", "the server says itself that it is degraded"},

    ReasonInfo{no_start, "no_start", "agent", "the request was sent and no event of its run came"},
    ReasonInfo{request_dropped, "request_dropped", "agent",
               "this form of request is ignored, another one works"},
    ReasonInfo{request_unrecognised, "request_unrecognised", "agent",
               "the server says it does not know the request"},
    ReasonInfo{stalled, "stalled", "agent", "events or tokens began to come and then stopped"},
    ReasonInfo{tool_stuck, "tool_stuck", "agent", "a tool was started and never completed"},
    ReasonInfo{chain_order, "chain_order", "agent", "the events came in the wrong order"},
    ReasonInfo{chain_incomplete, "chain_incomplete", "agent", "the run ended without some of its events"},
    ReasonInfo{agent_error, "agent_error", "agent", "the agent reported an error"},
    ReasonInfo{answer_wrong, "answer_wrong", "agent", "the answer does not solve the challenge"},
    ReasonInfo{synthetic, "synthetic", "agent", "the answer is canned: no model was behind it"},
    ReasonInfo{late, "late", "agent", "the answer belongs to an earlier request of ours"},
    ReasonInfo{misrouted, "misrouted", "agent", "an event of another run or user came where ours was due"},
    ReasonInfo{isolation_breach, "isolation_breach", "agent", "we were shown what belongs to another user"},
    ReasonInfo{contract_drift, "contract_drift", "agent", "the events are right but their shape has changed"},

    ReasonInfo{model_not_found, "model_not_found", "LLM",
               "the provider does not know the model, or not for us"},
    ReasonInfo{bad_request, "bad_request", "LLM", "the provider refuses the form of our request"},
    ReasonInfo{overloaded, "overloaded", "LLM", "the provider has no capacity at the moment"},
    ReasonInfo{upstream_error, "upstream_error", "LLM",
               "the provider failed, or a gateway could not reach it"},
    ReasonInfo{empty_completion, "empty_completion", "LLM", "the completion ended well and is empty"},
    ReasonInfo{content_filter, "content_filter", "LLM", "a content filter withheld the completion"},
    ReasonInfo{budget_spent, "budget_spent", "LLM",
               "our own budget for this probe is spent: nothing was asked"},

    ReasonInfo{no_database, "no_database", "database", "the server is there, the database is not"},
    ReasonInfo{too_many_connections, "too_many_connections", "database",
               "the server has no free connections"},
    ReasonInfo{not_ready, "not_ready", "database", "the server is starting, stopping or recovering"},
    ReasonInfo{read_only, "read_only", "database", "a standby or read-only server where a primary is wanted"},
    ReasonInfo{missing_table, "missing_table", "database", "an expected table is missing"},
    ReasonInfo{query_timeout, "query_timeout", "database", "signed in, but the query did not return in time"},
    ReasonInfo{auth_downgrade, "auth_downgrade", "database",
               "the server asks for weaker sign-in than we permit"},

    ReasonInfo{ready_lies, "ready_lies", "between probes", "it calls itself ready while real use fails"},
    ReasonInfo{auth_split_brain, "auth_split_brain", "between probes",
               "one service accepts a token another refuses"},
    ReasonInfo{app_layer, "app_layer", "between probes",
               "all it depends on works: the fault is in the application"},
    ReasonInfo{edge_path, "edge_path", "between probes", "it works from inside and fails through the edge"},

    ReasonInfo{not_looking, "not_looking", "ourselves", "we were stalled and do not judge what we saw"},
    ReasonInfo{no_evidence, "no_evidence", "ourselves", "the run brought nothing to judge by"},
    ReasonInfo{worker_died, "worker_died", "ourselves",
               "the process that ran the probe ended without an answer"},
    ReasonInfo{internal, "internal", "ourselves", "an error of our own"},
};

static_assert(covers(table, &ReasonInfo::reason, internal));
static_assert(std::ranges::none_of(table, [](const ReasonInfo& row) {
  return row.meaning.empty() || row.meaning.ends_with('.');
}));

}  // namespace

std::span<const ReasonInfo> reasons() { return table; }
std::string_view name(Reason reason) { return table[std::to_underlying(reason)].name; }
std::string_view meaning(Reason reason) { return table[std::to_underlying(reason)].meaning; }

std::optional<Reason> reason_named(std::string_view name) {
  const auto found = std::ranges::find(table, name, &ReasonInfo::name);
  return found == table.end() ? std::nullopt : std::optional(found->reason);
}

bool pages_at_once(Reason reason) { return reason == isolation_breach || reason == auth_bypass; }

bool degrades_first(Reason reason) { return reason == rate_limited || reason == overloaded; }

}  // namespace answerback
