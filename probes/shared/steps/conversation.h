#pragma once
// A script, played over a WebSocket: the talking around probes/shared/steps/machine.h.

#include <deque>
#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "probes/shared/platform/socket.h"
#include "probes/shared/steps/machine.h"
#include "probes/shared/steps/settings.h"

namespace answerback::probes {

class Conversation {
 public:
  struct Heard {
    std::unique_ptr<Incoming> message;  // never null
    Steady at;
  };

  // Upgrades, and enters welcome. Run and settings outlive it. Failures: as of net::WebSocket, subprotocol.
  static asio::awaitable<std::expected<std::unique_ptr<Conversation>, Failure>> open(Run&, Services&,
                                                                                     const ScriptedSettings&);

  // Plays on until step `end`, that one left out; until last_call() at the latest. Failures name the step:
  // no_welcome, no_start, assertion, those of `fail` rules, auth, whatever ended the socket.
  asio::awaitable<std::expected<void, Failure>> play(std::size_t end);
  // The next message the script has nothing to do with, or nullopt when none came until then; rules and
  // heartbeats go on.
  asio::awaitable<std::expected<std::optional<Heard>, Failure>> next(Steady until);
  asio::awaitable<void> close() { co_await socket_.close(); }

  StepMachine& machine() { return machine_; }
  const PlatformSocket& socket() const { return socket_; }

 private:
  Conversation(Run&, const ScriptedSettings&, PlatformSocket, StepValues);

  asio::awaitable<std::expected<void, Failure>> flush();
  // Takes what has been heard, or else listens once.
  asio::awaitable<std::expected<std::optional<Heard>, Failure>> turn(Steady until);
  std::unexpected<Failure> failed() const;

  Run& run_;
  const ScriptedSettings& settings_;
  PlatformSocket socket_;
  StepMachine machine_;
  FrameSplitter splitter_;
  std::deque<std::string> heard_;  // messages of one frame, not looked at yet
};

}  // namespace answerback::probes
