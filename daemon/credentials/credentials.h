#pragma once
// Who a probe is to its target: credentials named once in the configuration and used by any probe.
//
//   credentials:
//     canary: {jwt: {alg: HS256, secret: "${JWT_SECRET}", claims: {sub: canary-1, aud: platform}, ttl: 5m}}
//     fixed:  {bearer: "${TOKEN}"}

#include <boost/asio/awaitable.hpp>
#include <expected>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "config/fields.h"
#include "credentials/jwt.h"
#include "probe/random.h"
#include "probe/run.h"

namespace answerback {

struct BearerCredential {
  Secret token;
};
struct JwtCredential {
  JwtSigner signer;
  std::string key_id;  // `kid` of the header; empty: none
  std::string claims;  // JSON object; iat, nbf, exp and jti are added, unless it has them
  Duration ttl{};
};

// All credentials of one configuration; constant.
using CredentialSet = std::map<std::string, std::variant<BearerCredential, JwtCredential>>;

// Reads them; what is wrong goes to the fields. Any thread.
std::shared_ptr<const CredentialSet> read_credentials(
    std::vector<std::pair<std::string, config::Fields>> named);

// Hands out tokens, each kept until shortly before it expires. Lives on the loop's thread.
class Credentials {
 public:
  explicit Credentials(Random& random) : random_(random) {}
  void use(std::shared_ptr<const CredentialSet>);  // forgets the tokens there were

  // A token to present now, by the wall clock. Never a network trip; a coroutine because sign-in will be one.
  // Failure: auth, when no credential has that name.
  asio::awaitable<std::expected<Secret, Failure>> token(Run&, std::string name);

 private:
  struct Minted {
    Secret token;
    Wall from, until;  // used only in between, so that a clock step mints anew
  };
  std::expected<Secret, Failure> mint(const JwtCredential&, const std::string& name, Wall now);

  Random& random_;
  std::shared_ptr<const CredentialSet> set_;
  std::map<std::string, Minted> minted_;
};

}  // namespace answerback
