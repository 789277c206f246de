#pragma once
// JSON Web Tokens, minted: RFC 7515 compact form, base64url without padding. HS256 by HMAC, RS256 by PKCS #1
// v1.5, ES256 as raw r||s of 64 bytes (RFC 7518 3.4; OpenSSL gives DER, which verifiers refuse).

#include <openssl/types.h>

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "config/secret.h"
#include "model/time.h"
#include "probe/random.h"

namespace answerback {

enum class JwtAlgorithm : std::uint8_t { hs256, rs256, es256 };
std::string_view name(JwtAlgorithm);  // "HS256", …

class JwtSigner {
 public:
  JwtSigner() = default;  // signs nothing

  // `key`: the shared secret, or a private key in PEM. Says what is wrong with it, never what it is.
  static std::expected<JwtSigner, std::string> make(JwtAlgorithm, Secret key);

  JwtAlgorithm algorithm() const { return algorithm_; }

  // header.claims.signature; both are JSON texts.
  std::expected<std::string, std::string> sign(std::string_view header, std::string_view claims) const;

 private:
  JwtAlgorithm algorithm_ = JwtAlgorithm::hs256;
  Secret secret_;
  std::shared_ptr<EVP_PKEY> private_key_;
};

std::int64_t numeric_date(Wall);  // RFC 7519 2: seconds since the epoch
std::string new_jti(Random&);     // 32 hexadecimal digits
std::string base64url(std::string_view bytes);
std::optional<std::string> unbase64url(std::string_view text);  // nothing where it is none, padding included

}  // namespace answerback
