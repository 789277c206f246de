#pragma once
// All that an answer is made from.

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "http/message.h"
#include "model/chronicle.h"
#include "model/notifications.h"
#include "model/port_tally.h"
#include "model/snapshot.h"
#include "sinks/event_ring.h"

namespace answerback::http {

// What a request may set in motion. Called on the port's thread; empty ones answer 501.
struct Actions {
  std::function<std::expected<void, std::string>()> reload;  // or why the new configuration was refused
  std::function<std::string()> effective_config;             // YAML, secrets masked
  std::function<std::expected<Silence, std::string>(Silence)> silence;  // as it was taken; or why it was not
  std::function<std::expected<void, std::string>(std::string id)> unsilence;
  std::function<Response(const Request&)> look;  // /probe?module=…&target=…: a run, and its metrics
};

class Kept;

struct Context {
  std::shared_ptr<const Snapshot> snapshot;         // null before the first
  std::shared_ptr<const Chronicle> chronicle = {};  // null before the start
  Duration beat_age = Duration::max();              // since the engine's last sign of life
  std::string_view version;
  std::string_view instance = {};  // this process among those that watch each other; empty: not told
  const Actions& actions;
  bool stopping = false;
  Wall now{};                                                   // when it was asked
  sinks::EventRing* events = nullptr;                           // null: nobody can read along
  std::shared_ptr<const NotificationTally> notifications = {};  // null where nobody is told
  const PortTally* port = nullptr;                              // null: not on the metrics page
  const Pairs* headers = nullptr;                               // for every answer; beat our own
  std::string_view prefix = {};                                 // that all routes stand beneath: "" or "/a/b"
  Kept* kept = nullptr;                                         // null: every answer is made anew
  bool details = true;                                          // else no more is told than how things stand
};

// Younger, the engine's loop runs. Longer than any pause of a busy machine, shorter than a person's patience.
inline constexpr Duration beat_limit = std::chrono::seconds(10);

bool has_plan(const Context&);  // before the first snapshot there is none

// Why nothing in the snapshot may be trusted right now ("starting: …", "stopping", "not looking: …"); empty
// if all is well. Right after a freeze it is the snapshot of before: no sign of life for stall_limit says so.
std::string not_trusted(const Context&);

}  // namespace answerback::http
