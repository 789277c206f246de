#pragma once
// The public keys of an issuer: a JSON Web Key Set (RFC 7517, RFC 7518 6, RFC 8037). Pure; any input is safe.

#include <openssl/types.h>

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace answerback {

struct Jwk {
  std::string kid, kty, use, alg, crv;  // empty where the set does not say
  std::shared_ptr<EVP_PKEY> key;        // null where it cannot verify anything,
  std::string unusable;                 // and why: "an RSA key of 1024 bits", "made for encryption"
  bool exposed = false;                 // the set publishes the private or shared key itself
};

// In their order, 100 at the most. What is wrong with the set, in words; a key that is wrong is only
// unusable.
std::expected<std::vector<Jwk>, std::string> parse_jwks(std::string_view json);

}  // namespace answerback
