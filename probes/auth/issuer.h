#pragma once
// What an issuer says of itself: OpenID Connect Discovery 1.0 or RFC 8414, and its keys (RFC 7517). Pure.

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "credentials/jws.h"
#include "model/result.h"
#include "net/http.h"

namespace answerback::probes {

// The two places of an issuer's metadata: OpenID's behind the issuer's path, OAuth's before it.
std::string openid_place(std::string_view issuer);
std::string oauth_place(const net::Url& issuer);

// Where the keys are. The issuer must be the configured one, character by character; keys behind plain HTTP
// where the issuer itself has TLS fail.
std::expected<net::Url, Failure> judge_metadata(std::string_view issuer, const net::HttpResponse&);

struct IssuerKeys {
  std::vector<Jwk> keys;
  std::string doubtful;  // what deserves a warning: a kid that two keys share
};
// At least one must be usable, and none may show its private half.
std::expected<IssuerKeys, Failure> judge_keys(const net::HttpResponse&);

// By the key of its kid, or by any that fits where it names none. Failure: auth_split_brain: what signs
// tokens is not what is published.
std::expected<void, Failure> verify_by(const std::vector<Jwk>&, const Jws&);

std::string keys_evidence(const std::vector<Jwk>&);  // "k1 (EC P-256)", a line each, and why one is of no use

std::vector<std::string> names_of(const std::vector<Jwk>&);  // sorted; a key without a kid has none
// "new k2, gone k1"; empty where nothing has changed.
std::string rotation(const std::vector<std::string>& before, const std::vector<std::string>& now);

}  // namespace answerback::probes
