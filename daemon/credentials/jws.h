#pragma once
// A signed token as it stands (RFC 7515, compact form), taken apart and verified. Pure; any input is safe.
//
// Verified are HS256/384/512 with a shared secret, and RS, PS and ES256/384/512 and EdDSA (Ed25519) with a
// public key: RFC 7518, RFC 8037. `none` never is.

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "config/secret.h"
#include "credentials/jwk.h"

namespace answerback {

struct Jws {
  std::string header, claims;  // JSON objects, as texts
  std::string signature;       // bytes
  std::string signed_part;     // of the token: what the signature is over
  std::string alg, kid;        // of the header; kid empty: none
};

// What is wrong with it in words that show nothing of it: "has 5 parts instead of 3: it is encrypted".
std::expected<Jws, std::string> parse_jws(std::string_view token);

// Whether a key of this kind can have made such a signature: the algorithm is one of the list above, and the
// key's type, curve, use and own algorithm allow it.
bool fits(const Jwk&, std::string_view alg);

// Why the signature does not verify: "the algorithm none is not one that verifies".
std::expected<void, std::string> verify(const Jws&, const Jwk&);
std::expected<void, std::string> verify(const Jws&, const Secret& shared);

// A token of these JSON texts, signed by HS256, 384 or 512; nothing for another algorithm.
std::optional<std::string> signed_with(const Secret& shared, std::string_view alg, std::string_view header,
                                       std::string_view claims);

}  // namespace answerback
