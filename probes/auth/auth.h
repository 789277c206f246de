#pragma once
// Probe type `auth`: whether people can sign in, whether what they get is good everywhere, and whether what
// is not good is refused. OpenID Connect, OAuth 2 (RFC 6749, 7662, 8414), JWT (RFC 7515 to 7519), or any
// form.

#include <optional>
#include <string>
#include <vector>

#include "credentials/sign_in.h"
#include "net/websocket.h"
#include "probe/probe.h"
#include "probes/auth/access.h"
#include "probes/auth/forgery.h"
#include "probes/auth/token.h"
#include "probes/shared/expect/bounds.h"

namespace answerback::probes {

struct AuthSettings {
  std::optional<SignIn> sign_in = {};
  std::string credentials = {};  // whose token it is where we do not sign in ourselves
  TokenRules token = {};
  Secret secret = {};                 // that signs tokens; empty: not known
  std::string issuer = {};            // as written; empty: its metadata are not read
  std::optional<net::Url> keys = {};  // where they are, without metadata
  std::optional<Door> introspect = {}, validate = {}, guarded = {};
  std::vector<Door> also = {};                      // over HTTP, and
  std::vector<net::WebSocketRequest> sockets = {};  // WebSockets
  std::vector<Forgery> refuse = {};                 // tried at `guarded`, or at `validate`, and sockets
  int negative_every = 10;                          // runs
  Duration clock_warn{};
  std::optional<Duration> clock_fail = {};
  Slow slow = {};
  net::TlsSettings tls = {};
};
AuthSettings read_auth(config::Fields&);

extern const ProbeType auth;

}  // namespace answerback::probes
