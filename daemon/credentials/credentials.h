#pragma once
// Who a probe is to its target: credentials named once in the configuration and used by any probe.
//
//   credentials:
//     canary: {jwt: {alg: HS256, secret: "${JWT_SECRET}", claims: {sub: canary-1, aud: platform}, ttl: 5m}}
//     fixed:  {bearer: "${TOKEN}"}
//     user:   {login: {url: "https://auth/login", json: {user: canary, password: "${PASSWORD}"}}}
//     client: {oauth: {token_url: "https://auth/token", client_id: canary, client_secret: "${SECRET}"}}
//     signer: {oauth: {token_url: "https://auth/token", client_id: me, style: private_key_jwt, key:
//     "${KEY}"}}

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
#include "credentials/sign_in.h"
#include "credentials/token_keeper.h"
#include "model/redactor.h"
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
using CredentialSet = std::map<std::string, std::variant<BearerCredential, JwtCredential, SignIn>>;

// Reads them; what is wrong goes to the fields. Any thread.
std::shared_ptr<const CredentialSet> read_credentials(
    std::vector<std::pair<std::string, config::Fields>> named);

// Hands out tokens, each kept until shortly before it expires. Lives on the loop's thread.
class Credentials {
 public:
  Credentials(Random& random, net::Transport transport) : random_(random), transport_(transport) {}
  // Forgets the tokens there were. The redactor learns each new one.
  void use(std::shared_ptr<const CredentialSet>, std::shared_ptr<Redactor> = nullptr);

  // A token to present now. A network trip, in Phase::sign_in, where somebody must sign in for it first; see
  // TokenKeeper. Failure: auth, also when no credential has that name.
  asio::awaitable<std::expected<Secret, Failure>> token(Run&, std::string name);

  // A target refused this one. True when another can be had, by signing in anew: ask again, once.
  bool refused(const Run&, const std::string& name, const std::string& token);

  // A request as somebody: the token as Authorization: Bearer; a 401 is asked again once where another token
  // can be had. Failures: those of token() and net::fetch().
  asio::awaitable<std::expected<net::HttpResponse, Failure>> fetch(Run&, std::string name, net::HttpRequest);

 private:
  struct Minted {
    Secret token;
    Wall from, until;  // used only in between, so that a clock step mints anew
  };
  std::expected<Secret, Failure> mint(const JwtCredential&, const std::string& name, Wall now);

  void learn(const Secret&);

  Random& random_;
  net::Transport transport_;
  std::shared_ptr<Redactor> redactor_;
  std::shared_ptr<const CredentialSet> set_;
  std::map<std::string, Minted> minted_;
  std::map<std::string, std::shared_ptr<TokenKeeper>> kept_;
};

}  // namespace answerback
