#include "probes/auth/forgery.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <utility>

#include "credentials/jwt.h"

namespace answerback::probes {
namespace {

namespace json = boost::json;

struct ForgeryInfo {
  Forgery forgery;
  std::string_view name, words;
  Phase phase;
};
constexpr std::array forgery_table{
    ForgeryInfo{Forgery::no_token, "no_token", "a request without a token", Phase::no_token},
    ForgeryInfo{Forgery::garbage, "garbage", "a token of random letters", Phase::garbage},
    ForgeryInfo{Forgery::expired, "expired", "a token whose time is over", Phase::expired},
    ForgeryInfo{Forgery::wrong_secret, "wrong_secret", "a token with a wrong signature", Phase::wrong_secret},
    ForgeryInfo{Forgery::alg_none, "alg_none", "a token without a signature (alg none)", Phase::alg_none},
    ForgeryInfo{Forgery::wrong_audience, "wrong_audience", "a token made for another audience",
                Phase::wrong_audience},
};
constexpr auto forgery_list = [] {
  std::array<Forgery, forgery_table.size()> list{};
  std::ranges::transform(forgery_table, list.begin(), &ForgeryInfo::forgery);
  return list;
}();

std::string forged_bytes(Random& random, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.below(256));
  return bytes;
}

json::object claims_object(const std::string& text) { return json::parse(text).as_object(); }

// The original with other claims, well signed.
std::optional<std::string> signed_anew(const Original& original, const json::object& claims) {
  if (original.secret.empty()) return std::nullopt;
  const Jws& jws = *original.seen.jws;
  return signed_with(original.secret, jws.alg, jws.header, json::serialize(claims));
}

std::optional<std::string> expired_token(const Original& original, Wall now) {
  if (original.seen.jws && !original.secret.empty()) {
    // An hour: verifiers forgive a clock up to five minutes.
    json::object claims = claims_object(original.seen.jws->claims);
    claims["iat"] = numeric_date(now) - 7200;
    claims["exp"] = numeric_date(now) - 3600;
    if (claims.contains("nbf")) claims["nbf"] = numeric_date(now) - 7200;
    if (auto token = signed_anew(original, claims)) return token;
  }
  return original.outlived;
}

std::string badly_signed(const Jws& jws, Random& random) {
  const Secret unknown(forged_bytes(random, 32));
  if (auto token = signed_with(unknown, jws.alg, jws.header, jws.claims)) return *token;
  return jws.signed_part + "." + base64url(forged_bytes(random, jws.signature.size()));
}

std::string unsigned_copy(const Jws& jws) {
  json::object header = claims_object(jws.header);
  header["alg"] = "none";
  return base64url(json::serialize(header)) + "." + base64url(jws.claims) + ".";
}

std::optional<std::string> for_another(const Original& original) {
  if (!original.seen.for_somebody) return std::nullopt;
  json::object claims = claims_object(original.seen.jws->claims);
  claims["aud"] = "answerback-nobody";
  return signed_anew(original, claims);
}

}  // namespace

std::span<const Forgery> forgeries() { return forgery_list; }
std::string_view name(Forgery forgery) { return forgery_table[std::to_underlying(forgery)].name; }
Phase phase_of(Forgery forgery) { return forgery_table[std::to_underlying(forgery)].phase; }
std::string_view words_of(Forgery forgery) { return forgery_table[std::to_underlying(forgery)].words; }

std::optional<std::string> forge(Forgery forgery, const Original& original, Wall now, Random& random) {
  const auto& jws = original.seen.jws;
  switch (forgery) {
    case Forgery::no_token: return "";
    case Forgery::garbage: return base64url(forged_bytes(random, 32));
    case Forgery::expired: return expired_token(original, now);
    case Forgery::wrong_secret: return jws ? std::optional(badly_signed(*jws, random)) : std::nullopt;
    case Forgery::alg_none: return jws ? std::optional(unsigned_copy(*jws)) : std::nullopt;
    case Forgery::wrong_audience: return jws ? for_another(original) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<ProbeResult> judge_forgeries(std::string_view place, std::span<const Tried> tried) {
  std::string accepted, unclear;
  Reason reason = Reason::none;
  for (const Tried& each : tried) {
    const std::string told = std::string(words_of(each.forgery)) + " (" + each.access.words + ")";
    if (each.access.kind == Access::Kind::accepted) accepted += (accepted.empty() ? "" : ", ") + told;
    if (each.access.kind != Access::Kind::unclear) continue;
    if (unclear.empty()) reason = each.access.reason;
    unclear += (unclear.empty() ? "" : ", ") + told;
  }
  if (!accepted.empty())
    return ProbeResult::fail(Reason::auth_bypass, std::string(place) + " accepts " + accepted);
  if (unclear.empty()) return std::nullopt;
  return ProbeResult::warn(reason, "not known whether " + std::string(place) + " refuses " + unclear);
}

}  // namespace answerback::probes
