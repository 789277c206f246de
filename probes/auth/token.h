#pragma once
// What a token must be, and whether it is. RFC 7519, RFC 9068. Pure.

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "config/fields.h"
#include "credentials/jws.h"
#include "model/result.h"
#include "probes/shared/expect/json.h"

namespace answerback::probes {

struct TokenRules {
  enum class Form : std::uint8_t { any, jwt, opaque };
  Form form = Form::any;
  std::vector<std::string> algorithms;    // empty: any that signs
  std::string issuer, audience, subject;  // empty: not looked at
  std::vector<std::string> required;      // claims that must be there
  JsonExpect claims;
  std::optional<Duration> shortest, longest;  // from iat to exp
};
TokenRules read_token_rules(config::Fields&);  // from the mapping under `token`

struct TokenSeen {
  std::optional<Jws> jws = {};         // nothing where it is opaque
  std::optional<double> expires = {};  // seconds since the epoch
  std::optional<double> issued = {};
  bool for_somebody = false;  // it has an audience
};

// Failures: assertion; auth where it has expired already.
std::expected<TokenSeen, Failure> judge_token(const TokenRules&, std::string_view token, Wall now);

// The claims that explain, as evidence: algorithm, key, issuer, audience, subject, times. No others: they may
// be somebody's own.
std::string token_evidence(const TokenSeen&);

}  // namespace answerback::probes
