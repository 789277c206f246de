#pragma once
// The challenge `nonce`: a secret is put where only a tool of the platform can read it, and the agent is
// asked for it. Whoever answers has used the tool, in this very run.
//
//   challenge: nonce
//   nonce: {url: "https://chat/api/notes/canary", method: PUT, body: '{"text": "{nonce}"}', credentials:
//   canary,
//           question: "What does my note called canary say?"}

#include <expected>
#include <string>

#include "config/fields.h"
#include "net/http.h"
#include "probe/probe.h"

namespace answerback::probes {

struct NonceStore {
  net::HttpRequest request = {};  // {nonce} stands in the body or the URL's path for the secret
  std::string question = {};
  std::string credentials = {};  // name; empty: nobody
};

NonceStore read_nonce(config::Fields&);  // of the mapping `nonce`

// Puts it there. Enters the phases of an HTTP exchange. Failure: status, and as fetch() and Credentials.
asio::awaitable<std::expected<void, Failure>> hide(Run&, Services&, const NonceStore&,
                                                   const std::string& nonce);

}  // namespace answerback::probes
