#pragma once
// A dialogue over a WebSocket, written down: what is sent, what must come back, and what is answered or
// passed over on the way. Read once; a run plays it (probes/shared/steps/machine.h). Pure.
//
//   - send: {json: {type: hello, token: "{{token}}"}}      every: 30s   again and again, from here on
//   - expect: {json: {/type: welcome}}                      the next message; within: 5s; capture: {id: /id}
//   - until: {prefix: "42"}                                 reads on until one matches; collect: {text:
//   /delta}
//   - reply: [{when: {text: "2"}, send: "3"}]               from here on
//   - ignore: [{json: {/type: ping}}]                       from here on
//   - fail: [{when: {prefix: "44"}, as: auth}]              from here on
//   - silent_for: 2s                                        nothing may come but what is ignored or replied
//   to
//   - close: [4401, 4403]                                   the server closes, with one of these codes
//   - ask: {json: {text: "{{question}}"}}                   of an agent: the request; then come its events

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/reason.h"
#include "model/time.h"
#include "probes/shared/steps/frames.h"
#include "probes/shared/steps/matcher.h"

namespace answerback::probes {

using Captures = std::vector<std::pair<std::string, Where>>;

struct StepRule {
  enum class Kind : std::uint8_t { reply, ignore, fail };
  Kind kind;
  Matcher when;
  Template send = {};              // of a reply
  Reason reason = Reason::closed;  // of a failure
};

struct Step {
  enum class Verb : std::uint8_t { send, expect, until, rules, silent_for, close, capture, ask };
  Verb verb = Verb::send;
  std::string name;  // "step 3 (expect)"
  std::vector<Template> messages = {};
  std::optional<Duration> every = {};
  Matcher wanted = {};
  Captures captures = {}, collects = {};
  Duration time{};                        // an awaited message or close may take it; the silence lasts it
  std::vector<std::uint16_t> codes = {};  // none: any
  std::vector<StepRule> rules = {};
};

// A message of the server as an event of the agent's chain: the first that matches says which.
struct EventRule {
  Matcher when;
  std::string event = {};              // its name; empty: no stage, but a sign of life
  std::optional<Where> event_at = {};  // or where its name stands
  std::optional<Where> answer = {}, piece = {}, tool = {}, run = {}, thread = {};
  std::optional<Where> error = {};  // the run is over, badly: where the words stand
};

struct Script {
  Terminator terminator = Terminator::none;
  std::vector<Step> steps = {};
  std::size_t ask = 0;                 // index of that step; where there is none, the number of steps
  std::vector<EventRule> events = {};  // none: the events of agent-chat platforms
  StepScope scope = {};                // names that are known behind the last step

  std::vector<std::string> stages() const;  // names of events in order; empty where they are not known
};

// Something wrong in a script: where ("reply[1].when"), and what.
struct Complaint {
  std::string key, message;
};

// One step more, from the JSON of its mapping.
std::expected<void, Complaint> add_step(Script&, const boost::json::object&);
std::expected<void, Complaint> add_event(Script&, const boost::json::object&);

}  // namespace answerback::probes
