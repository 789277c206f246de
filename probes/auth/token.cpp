#include "probes/auth/token.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

#include "model/text.h"

namespace answerback::probes {
namespace {

namespace json = boost::json;

constexpr std::string_view known_algorithms[] = {"HS256", "HS384", "HS512", "RS256", "RS384",
                                                 "RS512", "PS256", "PS384", "PS512", "ES256",
                                                 "ES384", "ES512", "EdDSA"};
constexpr double leeway = 60;  // what verifiers forgive a clock

std::unexpected<Failure> token_fails(std::string detail, Reason reason = Reason::assertion) {
  return std::unexpected(Failure{reason, "the token " + std::move(detail)});
}

double epoch_seconds(Wall at) { return std::chrono::duration<double>(at.time_since_epoch()).count(); }

std::string quoted_claim(std::string_view text) { return '"' + one_line(text, 80) + '"'; }

std::string span_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::clamp(seconds, -9e15, 9e15));
  const std::int64_t size = std::abs(whole);
  if (size >= 7200) return std::to_string(whole / 3600) + " h";
  return size >= 120 ? std::to_string(whole / 60) + " min" : std::to_string(whole) + " s";
}

// A time as JWTs have them (NumericDate), or what is wrong with it.
std::expected<std::optional<double>, std::string> time_in(const json::object& claims, std::string_view name) {
  const json::value* value = claims.if_contains(name);
  if (!value) return std::nullopt;
  const std::string claim(name);
  if (!value->is_number()) return std::unexpected("has an " + claim + " that is no number");
  const auto time = value->to_number<double>();
  if (time > 1e11) return std::unexpected("has an " + claim + " in milliseconds, which is the year 50000");
  if (!(time >= 0)) return std::unexpected("has a negative " + claim);
  return time;
}

bool is_audience(const json::value& audience, std::string_view wanted) {
  if (audience.is_string()) return audience.get_string() == wanted;
  return audience.is_array() && std::ranges::any_of(audience.get_array(), [&](const json::value& each) {
           return each.is_string() && each.get_string() == wanted;
         });
}

std::string claim_text(const json::value* value) {
  return value ? one_line(json::serialize(*value), 80) : "none";
}

std::optional<std::string> wrong_claim(const TokenRules& rules, const json::object& claims) {
  for (const auto& [name, wanted] : {std::pair("iss", &rules.issuer), std::pair("sub", &rules.subject)}) {
    const json::value* value = claims.if_contains(name);
    if (!wanted->empty() && !(value && value->is_string() && value->get_string() == *wanted))
      return "has the " + std::string(name) + " " + claim_text(value) + ", wanted " + quoted_claim(*wanted);
  }
  const json::value* audience = claims.if_contains("aud");
  if (!rules.audience.empty() && !(audience && is_audience(*audience, rules.audience)))
    return "has the aud " + claim_text(audience) + ", wanted " + quoted_claim(rules.audience);
  for (const std::string& name : rules.required)
    if (const json::value* value = claims.if_contains(name); !value || value->is_null())
      return "has no claim " + quoted_claim(name);
  if (auto mismatch = rules.claims.mismatch_in(json::value(claims)))
    return "has other claims than wanted: " + *mismatch;
  return std::nullopt;
}

std::optional<Failure> wrong_times(const TokenRules& rules, const TokenSeen& seen,
                                   std::optional<double> not_before, Wall at) {
  const double now = epoch_seconds(at);
  const auto failure = [](std::string detail, Reason reason = Reason::assertion) {
    return Failure{reason, "the token " + std::move(detail)};
  };
  if (seen.expires && *seen.expires <= now)
    return failure("has expired " + span_text(now - *seen.expires) + " ago", Reason::auth);
  if (not_before && *not_before > now + leeway)
    return failure("is good only in " + span_text(*not_before - now) + " (nbf)");
  if (!rules.shortest && !rules.longest) return std::nullopt;
  if (!seen.expires) return failure("never expires: it has no exp");
  const double life = *seen.expires - seen.issued.value_or(now);
  if (rules.shortest && life < seconds(*rules.shortest))
    return failure("lives " + span_text(life) + ", wanted at least " + span_text(seconds(*rules.shortest)));
  if (rules.longest && life > seconds(*rules.longest))
    return failure("lives " + span_text(life) + ", wanted at most " + span_text(seconds(*rules.longest)));
  return std::nullopt;
}

}  // namespace

TokenRules read_token_rules(config::Fields& fields) {
  TokenRules rules;
  const std::string form = fields.one_of("form", "any", {"any", "jwt", "opaque"}, "what kind of token it is");
  rules.form = form == "jwt"      ? TokenRules::Form::jwt
               : form == "opaque" ? TokenRules::Form::opaque
                                  : TokenRules::Form::any;
  rules.algorithms = fields.texts("alg", "algorithms it may be signed with; left out: any that signs");
  for (const std::string& each : rules.algorithms)
    if (std::ranges::find(known_algorithms, each) == std::end(known_algorithms))
      fields.error("alg", "no algorithm: " + one_line(each, 40));
  rules.issuer = fields.text("issuer", "", "its iss; left out: the issuer");
  rules.audience = fields.text("audience", "", "its aud, or one of them");
  rules.subject = fields.text("subject", "", "its sub");
  rules.required = fields.texts("required", "claims it must have");
  if (const auto claims = fields.json("claims", "JSON pointers to values or matchers, as in expect.json")) {
    if (auto parsed = JsonExpect::parse(*claims))
      rules.claims = *std::move(parsed);
    else
      fields.error("claims", parsed.error());
  }
  config::Fields lifetime = fields.child("lifetime", "bounds of the time from iat to exp");
  rules.shortest = lifetime.optional_duration("min", "fail below");
  rules.longest = lifetime.optional_duration("max", "fail above");
  return rules;
}

std::expected<TokenSeen, Failure> judge_token(const TokenRules& rules, std::string_view token, Wall now) {
  using Form = TokenRules::Form;
  TokenSeen seen;
  if (rules.form == Form::opaque) return seen;
  auto jws = parse_jws(token);
  const bool looks_signed = token.starts_with("eyJ") && std::ranges::count(token, '.') > 0;
  if (!jws && rules.form == Form::any && !looks_signed) return seen;
  if (!jws) return token_fails(jws.error());
  if (jws->signature.empty() || jws->alg == "none" || jws->alg == "None" || jws->alg == "NONE")
    return token_fails("is not signed (alg " + quoted_claim(jws->alg) + ")");
  const auto& allowed = rules.algorithms;
  const bool good_algorithm =
      allowed.empty() ? std::ranges::find(known_algorithms, jws->alg) != std::end(known_algorithms)
                      : std::ranges::find(allowed, jws->alg) != allowed.end();
  if (!good_algorithm)
    return token_fails("is signed with " + quoted_claim(jws->alg) + ", which is not allowed");

  const json::object claims = json::parse(jws->claims).as_object();
  std::optional<double> not_before;
  for (const auto& [name, into] :
       {std::pair("exp", &seen.expires), std::pair("iat", &seen.issued), std::pair("nbf", &not_before)}) {
    const auto time = time_in(claims, name);
    if (!time) return token_fails(time.error());
    *into = *time;
  }
  seen.for_somebody = claims.contains("aud");
  if (auto wrong = wrong_claim(rules, claims)) return token_fails(*std::move(wrong));
  if (auto wrong = wrong_times(rules, seen, not_before, now)) return std::unexpected(*std::move(wrong));
  seen.jws = *std::move(jws);
  return seen;
}

std::string token_evidence(const TokenSeen& seen) {
  if (!seen.jws) return "an opaque token";
  std::string text = "alg " + one_line(seen.jws->alg, 20);
  if (!seen.jws->kid.empty()) text += ", kid " + quoted_claim(seen.jws->kid);
  const json::object claims = json::parse(seen.jws->claims).as_object();
  for (const std::string_view name : {"iss", "aud", "sub", "iat", "nbf", "exp"})
    if (const json::value* value = claims.if_contains(name))
      text += "\n" + std::string(name) + ": " + claim_text(value);
  return text;
}

}  // namespace answerback::probes
