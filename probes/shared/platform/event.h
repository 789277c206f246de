#pragma once
// One frame of an agent platform, whatever its dialect, as one kind of value. Pure.
//
// The same event comes in four wire shapes: its fields under `data`, under `payload`, flat at the root, or
// wrapped in a carrier (`system_message`, `agent_progress`, `agent_update`). The name is the first of type,
// event, data.event, data.type, payload.event, payload.type that is known; a field is looked up at the root,
// in payload, data, data.payload and data.metadata, in snake_case or camelCase. Where nothing is known, an
// event of the agent, or the welcome, may lie in up to three envelopes (event, data, payload, message, body,
// params).

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/time.h"

namespace answerback::probes {

enum class EventKind : std::uint8_t {
  unreadable,     // no JSON object
  unknown,        // JSON that says nothing to us
  stage,          // of the agent's chain
  activity,       // the agent is at work, between two stages
  warning,        // the platform finds its agent slow: no sign of life
  agent_error,    // the agent's run is over, badly
  error,          // an error of the platform, not of a run
  sign_in_error,  // who we are was not believed
  limit,          // too many connections of ours
  welcome,
  degraded,  // open, but something behind it is missing
  ping,
  pong,
  heartbeat,     // of either side, or its acknowledgement
  unrecognised,  // `ack`, or an error that says so: the server does not know the type it names
  handshake,     // wants handshake_acknowledged before anything else counts
  handshake_complete,
};

enum class Shape : std::uint8_t { root, data, payload, carrier };
std::string_view name(Shape);

enum class ToolEdge : std::uint8_t { none, begins, ends };

struct AgentEvent {
  EventKind kind = EventKind::unreadable;
  Shape shape = Shape::root;
  std::string name;                        // as on the wire; empty where there is none
  std::string run_id, thread_id, user_id;  // empty: not said
  std::string parent;                      // of a sub-agent: the run or agent it works for
  std::string agent;                       // who speaks
  std::string tool, call;                  // tool events: its name, and the id of this call of it
  ToolEdge edge = ToolEdge::none;          // of that tool, where the name of the event does not tell
  std::string answer;                      // of the last event of a chain, or a piece of one that is streamed
  std::string words;                       // of an error or a notice: code and message in one line
  std::string received_type;  // unrecognised: the type the server does not know; an error need not name it
  std::vector<std::string> missing;  // degraded: what the server says it lacks
  std::optional<Duration> claimed;   // how long the server says it took
  std::optional<Wall> timestamp;     // float seconds, ISO 8601 or milliseconds on the wire
  bool remark = false;               // the answer is but a `message`, which may be one about the run
  bool failed = false;               // stage: it says itself that what it reports went wrong
  bool degraded = false;             // says so itself, also in a welcome
  bool ready = true;                 // welcome: false when startup_complete or connection_ready is
};

// `stages`: the configured chain; the five usual names are known as well.
// Not of more than 1 MiB: such a frame is unreadable, whatever it holds.
AgentEvent read_event(std::string_view frame, std::span<const std::string> stages);

// Of a frame that is unreadable as it is: the messages in it, where it is a list of them or has one on each
// line; empty: neither, or more than 256.
std::vector<std::string> documents_in(std::string_view frame);

inline constexpr std::string_view usual_chain[] = {"agent_started", "agent_thinking", "tool_executing",
                                                   "tool_completed", "agent_completed"};

}  // namespace answerback::probes
