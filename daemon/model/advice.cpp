#include "model/advice.h"

#include <algorithm>
#include <array>
#include <utility>

namespace answerback {
namespace {

using enum Reason;

struct Advice {
  Reason reason;
  std::string_view check;
};

constexpr std::array table{
    Advice{none, "Nothing failed here: look at what it depends on."},

    Advice{
        dns_nxdomain,
        "Ask the resolver for the name by hand (dig): is it misspelt, deleted, or in another search domain?"},
    Advice{dns_failure,
           "Query the name servers in resolv.conf one by one (dig @server): which of them fails, and for "
           "which zone?"},
    Advice{dns_timeout,
           "Check that the name servers in resolv.conf are reachable over UDP and TCP 53 from this host."},
    Advice{connect_refused,
           "See whether the process is running and listens on that port and address (ss -ltnp); read why it "
           "ended."},
    Advice{connect_timeout,
           "Look for a firewall or security group that drops packets, a host that is gone, or a full accept "
           "queue."},
    Advice{unreachable,
           "Check the route to the address from this host, and whether the address is still the right one."},
    Advice{reset,
           "Read the target's log at that second: it, or a proxy before it, broke the connection off."},
    Advice{read_timeout,
           "Look at the target's load, its thread or connection pool, and what it was itself waiting for."},

    Advice{tls_expired,
           "Renew the certificate, and find out why its renewal did not happen; check that the server has "
           "loaded it."},
    Advice{tls_not_yet_valid, "Compare the clocks of both hosts with the certificate's first day."},
    Advice{tls_untrusted,
           "See which chain the server sends (openssl s_client -showcerts): is an intermediate missing, or "
           "the CA file the wrong one?"},
    Advice{tls_host_mismatch,
           "Compare the name that was asked for with the names in the certificate; check SNI and the virtual "
           "host."},
    Advice{tls_protocol,
           "Check that the port speaks TLS at all, and which versions and ciphers both sides allow."},
    Advice{tls_timeout,
           "Look at the load of whatever ends TLS there, and for packets lost on large records (MTU)."},

    Advice{protocol,
           "Read the evidence: something other than the expected service may be answering on that port."},
    Advice{too_large, "Check what makes the answer this large, and whether it is the right URL."},
    Advice{truncated, "Look for a process that dies, or a proxy that times out, in the middle of an answer."},
    Advice{status, "Read the target's log for this request; find what was deployed or changed last."},
    Advice{assertion,
           "Compare the answer in the evidence with what the configuration expects: which of the two is out "
           "of date?"},
    Advice{slow,
           "Compare the times of the phases with a good run: the one that grew says which layer is slow."},

    Advice{auth,
           "Check the credential: expired, rotated on one side only, or signed for another audience or with "
           "another secret?"},
    Advice{auth_bypass,
           "Treat as a security incident: what should have been refused without a sign-in was answered."},
    Advice{quota, "Look at the account's quota and billing at the provider; raise it or switch keys."},
    Advice{rate_limited, "See who uses up the limit and when it resets; slow down, or ask for more."},
    Advice{
        forbidden,
        "The identity is known and may not do this: check its roles, scopes and any recent policy change."},

    Advice{upgrade_refused,
           "Check that every proxy on the way passes Upgrade and Connection on, and that path and origin are "
           "the expected ones."},
    Advice{subprotocol, "Compare the subprotocols the server offers now with those clients ask for."},
    Advice{no_welcome,
           "See whether the server's start-up is complete behind the open socket: its event loop, queue and "
           "user lookup."},
    Advice{closed, "Look up the close code in the evidence, and read the server's log at that second."},
    Advice{heartbeat_lost,
           "See whether the server's loop is blocked or a proxy's idle timeout cuts the socket: both look "
           "like silence."},
    Advice{degraded_notice, "Read the server's own notice in the evidence: it names what it is missing."},

    Advice{no_start,
           "See whether the agent supervisor and its workers run and take jobs from the queue; look for this "
           "run's id in the handler's log."},
    Advice{request_dropped,
           "Compare the form of request that works with the one that does not: the contract between client "
           "and server has changed."},
    Advice{request_unrecognised,
           "Compare the request in the evidence with what this version of the server accepts."},
    Advice{stalled,
           "Look at what the run was doing after its last event: model call, worker, or the stream back to "
           "the client."},
    Advice{tool_stuck, "Look at the tool that was started last: its backend, its timeout, its own log."},
    Advice{chain_order,
           "Look for two workers on one run, or events that are published from more than one place."},
    Advice{chain_incomplete, "Find the stage that is missing in the evidence, and what publishes it."},
    Advice{agent_error, "Read the error in the evidence, then the agent's log for this run."},
    Advice{answer_wrong, "Read the answer in the evidence: was the model, its prompt or a tool changed?"},
    Advice{
        synthetic,
        "Find out why the platform answers from a fallback: model credentials, supervisor, feature flags."},
    Advice{late, "Look at the length of the queue: answers arrive after their users have given up."},
    Advice{misrouted,
           "Treat as a security incident: find what routes events to connections, and whether users were "
           "shown those of others."},
    Advice{isolation_breach,
           "Treat as a security incident: stop the feature and find out whose data was shown to whom."},
    Advice{
        contract_drift,
        "See which deployment changed the shape of events, and whether every client can read the new one."},

    Advice{model_not_found,
           "Check the model's name and region, whether it was retired, and whether this key may use it."},
    Advice{
        bad_request,
        "Compare the request with the provider's current reference: a parameter was renamed or withdrawn."},
    Advice{overloaded,
           "Look at the provider's status page; consider another model or region until it passes."},
    Advice{upstream_error,
           "Look at the provider's status page and at the gateway's log: which of the two failed?"},
    Advice{empty_completion, "Check the token limit (reasoning may use it all), stop sequences and filters."},
    Advice{content_filter,
           "Read which filter struck and on what: prompt and provider policy may have changed."},
    Advice{budget_spent,
           "Nothing was asked, so nothing is known: raise the probe's budget, or wait until it starts anew."},

    Advice{no_database,
           "List the databases on that server: was it dropped, renamed, or is this another cluster?"},
    Advice{too_many_connections,
           "See who holds the connections (pg_stat_activity by application); look for a leak before raising "
           "the limit."},
    Advice{not_ready,
           "Read the database's log: it is starting, stopping or recovering; see how far it is and why it "
           "restarted."},
    Advice{read_only,
           "Find the primary: was there a failover that the name or the pooler has not followed, or is the "
           "disk full?"},
    Advice{missing_table, "Check which migrations ran, in which schema and database."},
    Advice{query_timeout,
           "Look for locks and long transactions (pg_stat_activity, pg_locks), then at the disk."},
    Advice{auth_downgrade,
           "Treat as an attack until explained: compare the server's sign-in method and certificate with "
           "what is configured."},

    Advice{ready_lies,
           "Fix the health check before trusting it again: it says well while real use fails; follow the "
           "failing side."},
    Advice{auth_split_brain,
           "Compare secret, issuer, audience and clock of both services: one was changed without the other."},
    Advice{app_layer,
           "All it depends on works: read the application's log, and find what was deployed last."},
    Advice{edge_path, "It works from inside: look at the edge: load balancer, DNS, certificate, CDN, WAF."},

    Advice{not_looking, "Look at answerback's own host: CPU quota, swapping, a suspended machine."},
    Advice{no_evidence,
           "Wait for the first result, or run the probe by hand (answerback probe NAME) to see why there is "
           "none."},
    Advice{worker_died,
           "Read answerback's log for how its worker ended; memory limits are the usual reason."},
    Advice{internal, "An error of answerback itself: its log has the details; the target may well be fine."},
};

constexpr bool complete() {
  if (table.size() != std::to_underlying(internal) + std::size_t{1}) return false;
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (std::to_underlying(table[i].reason) != i ||
        !table[i].check.ends_with(table[i].check.contains('?') ? "" : ".")) {
      return false;
    }
  }
  return true;
}
static_assert(complete());

}  // namespace

std::string_view next_check(Reason reason) { return table[std::to_underlying(reason)].check; }

}  // namespace answerback
