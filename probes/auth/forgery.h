#pragma once
// Tokens that must be refused, and what it means when one is not.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/phase.h"
#include "probe/random.h"
#include "probes/auth/access.h"
#include "probes/auth/token.h"

namespace answerback::probes {

enum class Forgery : std::uint8_t { no_token, garbage, expired, wrong_secret, alg_none, wrong_audience };
std::span<const Forgery> forgeries();
std::string_view name(Forgery);      // as in the configuration
Phase phase_of(Forgery);             // of the same name
std::string_view words_of(Forgery);  // "a token whose time is over"

// What there is to make them of.
struct Original {
  std::string token;
  TokenSeen seen;
  Secret secret;                        // shared, that its signature verifies by; empty: not known
  std::optional<std::string> outlived;  // a real one of theirs that has expired
};

// "" for no_token; nullopt where it cannot be made. An expired token and one for another audience are signed
// with the secret and differ in that only; wrong_secret is the original with another signature: by a secret
// nobody knows where it is a shared one, else of random bytes.
std::optional<std::string> forge(Forgery, const Original&, Wall now, Random&);

// What was done with one.
struct Tried {
  Forgery forgery;
  Access access;
};
// Fail auth_bypass where one was accepted; warn where it is not known whether one would be. Nothing where
// all were refused.
std::optional<ProbeResult> judge_forgeries(std::string_view place, std::span<const Tried>);

}  // namespace answerback::probes
