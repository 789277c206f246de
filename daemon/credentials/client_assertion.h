#pragma once
// A client that proves who it is with its private key: private_key_jwt (RFC 7523 2.2 and 3, OpenID Connect
// Core 9).

#include <expected>
#include <string>
#include <string_view>

#include "config/fields.h"
#include "credentials/jwt.h"
#include "model/time.h"
#include "probe/random.h"

namespace answerback {

struct ClientAssertion {
  static constexpr std::string_view type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

  JwtSigner signer;
  std::string client, audience, key_id;  // the key id may be empty

  // One to send now, good for two minutes and once. The failure says why the key does not sign.
  std::expected<std::string, std::string> sign(Wall now, Random&) const;
};

// The keys `key`, `alg`, `kid` and `assertion_audience`, which is `audience` where it is left out.
ClientAssertion read_client_assertion(config::Fields&, std::string client, std::string audience);

}  // namespace answerback
