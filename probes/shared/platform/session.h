#pragma once
// A WebSocket on which somebody is signed in and has been welcomed: what the types `websocket` and `agent`
// begin with.
//
// A 101 is not an answer: platforms look at the token after it, and close with 1011 within seconds when they
// are broken inside. So a session is open when the server has said its first word. Pings and handshakes of
// the platform are answered on the way. Every frame is kept as evidence, the token taken out.

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "probe/probe.h"
#include "probes/shared/platform/event.h"
#include "probes/shared/platform/settings.h"
#include "probes/shared/platform/socket.h"

namespace answerback::probes {

class Session {
 public:
  struct Arrival {
    AgentEvent event;
    std::string text;  // as received; empty for a binary message
    Steady at;
  };
  struct Seen {
    Duration upgrade{};                       // from the first byte to the 101
    std::string user_id;                      // from the welcome
    std::string degraded;                     // the notice, in words; empty: none came
    std::size_t pings = 0, pongs = 0;         // application heartbeats received
    std::size_t unknown = 0, unreadable = 0;  // frames
    bool unselected = false;                  // subprotocols were offered, none was selected
  };

  // `stages`: names of events known besides the usual ones; outlive the session, as do the run and the
  // settings.
  static asio::awaitable<std::expected<Session, Failure>> open(Run&, Services&, const SessionSettings&,
                                                               std::span<const std::string> stages);
  // The same on a socket that is open already.
  static asio::awaitable<std::expected<Session, Failure>> begin(Run&, Services&, const SessionSettings&,
                                                                std::span<const std::string> stages,
                                                                PlatformSocket);

  // The next frame, or nullopt when none came until then. Failures: what ended the socket, auth and
  // rate_limited.
  asio::awaitable<std::expected<std::optional<Arrival>, Failure>> next(Steady until);
  asio::awaitable<std::expected<void, Failure>> send(std::string text);
  asio::awaitable<void> close() { co_await socket_.close(); }

  Steady last_call() const { return socket_.last_call(); }
  const Seen& seen() const { return seen_; }
  // degraded_notice or subprotocol, where the run itself was good.
  std::optional<ProbeResult> warning() const;

 private:
  Session(Run&, const SessionSettings&, std::span<const std::string> stages, PlatformSocket);
  asio::awaitable<std::expected<void, Failure>> welcome();
  asio::awaitable<std::expected<void, Failure>> answer(const AgentEvent&);
  void note(const AgentEvent&);

  Run* run_;
  const SessionSettings* settings_;
  std::span<const std::string> stages_;
  PlatformSocket socket_;
  Seen seen_;
  bool handshake_due_ = false;
};

}  // namespace answerback::probes
