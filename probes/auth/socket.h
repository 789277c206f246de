#pragma once
// Whether a WebSocket takes a token. Platforms decide that after the 101: by a frame, or by closing.

#include "net/websocket.h"
#include "probe/probe.h"
#include "probes/auth/access.h"

namespace answerback::probes {

// What became of one who came with a token.
struct Greeting {
  enum class Kind : std::uint8_t { welcomed, silent, not_let_in };
  Kind kind = Kind::not_let_in;
  Duration after{};     // the 101: the welcome, or as long as there was silence
  Failure why = {};     // not let in
  unsigned status = 0;  // of an upgrade that was refused
};

// Opens it with the token as Authorization: Bearer (with none where it is empty), hears its first word for
// `patience` at the most, closes. Frames are kept in the run, its phase stays.
asio::awaitable<Greeting> knock_at_socket(Run&, Services&, const net::WebSocketRequest&, Secret token,
                                          Duration patience);

// Of a good token. One who stays open and says nothing has taken it.
Access judge_greeting(const Greeting&);

// Of a forged one, where a good one was welcomed: no welcome in twice that time is a refusal, for platforms
// that wait for a token in the first message; so is any 3xx or 4xx at the upgrade.
Access judge_greeting(const Greeting& forged, const Greeting& good);

}  // namespace answerback::probes
