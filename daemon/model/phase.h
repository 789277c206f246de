#pragma once
// Where in a run we are: one closed list over all probe types. Label values of metrics, so a name is never
// changed.

#include <cstdint>
#include <span>
#include <string_view>

#include "model/reason.h"

namespace answerback {

enum class Phase : std::uint8_t {
  prepare,         // nothing sent yet: minting a token, building the request
  queue,           // waiting for a worker or a turn: our own time, not the target's
  resolve,         // name to addresses
  connect,         // TCP or unix socket
  proxy,           // CONNECT through a proxy
  tls,             // handshake and certificate
  processing,      // request sent, waiting for the first byte of the answer
  transfer,        // reading the rest
  sign_in,         // proving who we are
  query,           // the database answers a statement
  tables,          // expected tables are there
  role,            // primary or replica
  pressure,        // how many connections are left
  upgrade,         // HTTP to WebSocket
  welcome,         // the server's first word after the upgrade
  ping,            // application heartbeat
  dispatch,        // request sent, no event yet
  chain,           // events are coming
  answer,          // judging the answer
  first_token,     // generation asked for, no content yet
  stream,          // content is coming
  execute,         // a program is running
  discovery,       // reading what the other side says of itself
  keys,            // reading its keys, and verifying the token by them
  token,           // looking at the token
  introspection,   // asking its issuer whether it is good
  access,          // presenting it where it must be taken
  no_token,        // and what must be refused: no token,
  garbage,         // no token of theirs,
  expired,         // one whose time is over,
  wrong_secret,    // one that somebody else signed,
  alg_none,        // one that nobody signed,
  wrong_audience,  // one made for somebody else
  list,            // what it offers
  call,            // something it offers is used
  close,           // saying goodbye
};

std::span<const Phase> phases();
std::string_view name(Phase);
std::string_view meaning(Phase);

// The reason of a run whose deadline ends it in this phase, unless the probe says otherwise.
Reason late_in(Phase);

}  // namespace answerback
