#include "platform/faults.h"

#include <algorithm>

namespace demo {
namespace {

using enum Fault;

constexpr FaultInfo table[] = {
    {database, "database", "our own database layer is broken; the database itself is fine"},
    {ready_lies, "ready_lies", "/health/ready is a constant 200 {\"status\":\"ready\"}, whatever is true"},
    {ready_contradicts, "ready_contradicts",
     "/health/ready is 200 \"ready\" over a body that says redis_db failed"},
    {token_refused, "token_refused", "the WebSocket refuses every token: a frame, then 1008"},
    {split_secret, "split_secret",
     "the WebSocket checks tokens with another secret than the login signs them with"},
    {open_socket, "open_socket", "the WebSocket welcomes whoever comes, with any token or none"},
    {closed_1011, "closed_1011", "1011 right after the 101"},
    {edge_503, "edge_503",
     "a load balancer answers the upgrade: 503, text/plain; the platform never sees it"},
    {edge_no_upgrade, "edge_no_upgrade", "a proxy drops the upgrade, and the platform answers 404"},
    {edge_strips_auth, "edge_strips_auth", "a proxy strips Authorization from the upgrade"},
    {connection_limit, "connection_limit",
     "every socket is one too many of its user's: CONNECTION_LIMIT, then 1008"},
    {no_welcome, "no_welcome", "accepted and pinged, never welcomed"},
    {welcome_late, "welcome_late", "the welcome comes late", "ms", 3000},
    {not_started, "not_started", "welcomed with startup_complete false; requests are dropped without a word"},
    {degraded_notice, "degraded_notice",
     "after the welcome a service_info: agent_supervisor missing, fallback active"},
    {no_pong, "no_pong", "a client's ping and heartbeat are not answered"},
    {agent_silent, "agent_silent",
     "the incident: welcome and ping come, requests are dropped without a word"},
    {first_lost, "first_lost", "the first request on each socket is dropped without a word"},
    {contract, "contract",
     "start_agent now wants payload.query and drops all else; user_message and chat are as ever"},
    {unrecognised, "unrecognised", "requests are not understood: an ack, which means just that"},
    {agent_dies, "agent_dies", "nothing after so many events; pings go on", "events", 2},
    {tool_stuck, "tool_stuck", "nothing after tool_executing"},
    {agent_error, "agent_error", "an agent_error after agent_thinking"},
    {agent_death, "agent_death", "an agent_death after agent_thinking"},
    {agent_fallback, "agent_fallback", "an agent_fallback with an apology after agent_thinking"},
    {timeout_warning, "timeout_warning", "an agent_timeout_warning after agent_thinking: no failure"},
    {canned, "canned", "a fake perfect chain, events exactly 0.1 s apart, that gives the question back"},
    {simulated, "simulated",
     "no model: `This is a simulated response to:` and the question, two seconds claimed"},
    {same_answer, "same_answer", "the whole chain, with the same answer to every question"},
    {wrong_answer, "wrong_answer", "the whole chain, with an answer that is off by one"},
    {wrong_order, "wrong_order", "thinking before started, tool_completed before tool_executing"},
    {duplicate, "duplicate", "every event comes twice"},
    {wrong_run, "wrong_run", "after agent_started the events are those of another run, thread and user"},
    {late_answer, "late_answer",
     "a request is answered when the user's next one comes, with its own old answer"},
    {leak, "leak", "an agent's events go to every other user, too"},
    {nested, "nested", "a sub-agent's whole chain inside ours, with its own agent_completed: no failure"},
    {shape_change, "shape_change",
     "events in another wire shape than configured: contract drift, no failure"},
    {garbage, "garbage", "unparsable and binary frames between the events: no failure"},
    {flood, "flood", "one huge message inside the chain", "bytes", 10'000'000},
    {missing_tool, "missing_tool", "the tool dispatcher has lost the calculator, and the agent fails"},
    {mock_registry, "mock_registry", "the registry holds mocks, and a mock answers: no model"},
    {llm_429, "llm_429", "LLM: 429 rate_limit_exceeded with retry-after"},
    {llm_429_billing, "llm_429_billing", "LLM: 429 credit_balance_exhausted, which no waiting heals"},
    {llm_529, "llm_529", "LLM: 529 overloaded"},
    {llm_503, "llm_503", "LLM: 503 server_is_overloaded"},
    {llm_slow, "llm_slow", "LLM: the first token comes late", "ms", 3000},
    {llm_empty, "llm_empty", "LLM: an empty completion that ends with stop"},
    {llm_truncated, "llm_truncated", "LLM: the answer is cut; a stream ends without [DONE]"},
    {llm_error_midstream, "llm_error_midstream", "LLM: 200, some tokens, then an error object and no [DONE]"},
    {llm_key, "llm_key", "LLM: 401 invalid_api_key"},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < std::size(table); ++i)
    if (static_cast<std::size_t>(table[i].fault) != i) return false;
  return std::size(table) == static_cast<std::size_t>(llm_key) + 1;
}
static_assert(in_order());

}  // namespace

std::span<const FaultInfo> all_faults() { return table; }

const FaultInfo* find_fault(std::string_view name) {
  const auto* found = std::ranges::find(table, name, &FaultInfo::name);
  return found == std::end(table) ? nullptr : found;
}

void Faults::cause(Fault fault, std::optional<std::int64_t> value) {
  states_[index(fault)] = {true, value.value_or(table[index(fault)].value)};
}

}  // namespace demo
