#include "platform/sign_in.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace demo {
namespace {

namespace json = boost::json;

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::int64_t clock_skew = 5;  // seconds a token may be from the future

std::string encode_base64url(std::string_view bytes) {
  std::string out;
  unsigned bits = 0, have = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (have += 8; have >= 6; have -= 6) out += alphabet[bits >> (have - 6) & 63];
  }
  if (have > 0) out += alphabet[bits << (6 - have) & 63];
  return out;
}

std::string signature(std::string_view text, std::string_view secret) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(), &size);
  return {reinterpret_cast<const char*>(mac.data()), size};
}

json::object parse_part(std::string_view part) {
  boost::system::error_code error;
  const json::value value = json::parse(decode_base64url(part), error);
  return !error && value.is_object() ? value.as_object() : json::object();
}

bool holds(const json::object& claims, std::string_view audience) {
  const json::value* aud = claims.if_contains("aud");
  if (!aud) return false;
  if (const json::array* all = aud->if_array())
    return std::ranges::any_of(*all, [&](const json::value& one) { return one == json::value(audience); });
  return *aud == json::value(audience);
}

// A moment of the claims; seconds may be written as a fraction.
std::int64_t moment(const json::object& claims, std::string_view name, std::int64_t absent) {
  const json::value* value = claims.if_contains(name);
  boost::system::error_code error;
  const double seconds = value ? value->to_number<double>(error) : 0;
  return value && !error && seconds > 0 && seconds < 1e12 ? static_cast<std::int64_t>(seconds) : absent;
}

std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

std::string_view error_code(Refusal refusal) {
  switch (refusal) {
    case Refusal::no_token: return "NO_TOKEN";
    case Refusal::invalid_format: return "INVALID_FORMAT";
    case Refusal::validation_failed: return "VALIDATION_FAILED";
    case Refusal::token_expired: return "TOKEN_EXPIRED";
  }
  return "";
}

std::string_view explain(Refusal refusal) {
  switch (refusal) {
    case Refusal::no_token: return "No authentication token was sent";
    case Refusal::invalid_format: return "The token is not a JSON Web Token";
    case Refusal::validation_failed: return "Token validation failed";
    case Refusal::token_expired: return "The token has expired";
  }
  return "";
}

std::string sign_token(std::string_view header, std::string_view claims, std::string_view secret) {
  const std::string text = encode_base64url(header) + "." + encode_base64url(claims);
  return text + "." + encode_base64url(signature(text, secret));
}

std::string mint_token(std::string_view user, std::string_view audience, std::chrono::seconds life,
                       std::string_view secret) {
  const json::object claims = {{"iss", "demo-platform"}, {"aud", audience}, {"sub", user},
                               {"env", "demo"},          {"iat", now()},    {"exp", now() + life.count()},
                               {"jti", random_id()}};
  return sign_token(R"({"alg":"HS256","typ":"JWT"})", json::serialize(claims), secret);
}

std::expected<std::string, Refusal> verify_token(std::string_view token, std::string_view audience,
                                                 std::string_view secret) {
  if (token.empty()) return std::unexpected(Refusal::no_token);
  const std::size_t first = token.find('.'), last = token.rfind('.');
  if (first == last || token.find('.', first + 1) != last) return std::unexpected(Refusal::invalid_format);
  const json::object header = parse_part(token.substr(0, first));
  const json::object claims = parse_part(token.substr(first + 1, last - first - 1));
  const json::value* algorithm = header.if_contains("alg");
  if (!algorithm || claims.empty()) return std::unexpected(Refusal::invalid_format);

  const std::string wanted = signature(token.substr(0, last), secret);
  const std::string got = decode_base64url(token.substr(last + 1));
  const bool genuine = *algorithm == json::value("HS256") && got.size() == wanted.size() &&
                       CRYPTO_memcmp(got.data(), wanted.data(), wanted.size()) == 0;
  const json::value* user = claims.if_contains("sub");
  if (!genuine || !holds(claims, audience) || !user || !user->is_string() ||
      moment(claims, "nbf", 0) > now() + clock_skew)
    return std::unexpected(Refusal::validation_failed);
  if (moment(claims, "exp", 0) <= now()) return std::unexpected(Refusal::token_expired);
  return std::string(user->as_string());
}

std::string_view bearer(std::string_view authorization) {
  constexpr std::string_view scheme = "Bearer ";
  return authorization.starts_with(scheme) ? authorization.substr(scheme.size()) : std::string_view();
}

std::string decode_base64url(std::string_view text) {
  std::string out;
  unsigned bits = 0, have = 0;
  for (const char c : text) {
    const std::size_t value = alphabet.find(c);
    if (value == std::string_view::npos) return {};
    bits = bits << 6 | static_cast<unsigned>(value);
    have += 6;
    if (have >= 8) out += static_cast<char>(bits >> (have -= 8) & 0xff);
  }
  return out;
}

std::string random_id() {
  std::array<unsigned char, 16> bytes{};
  RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
  std::string out;
  for (const unsigned char byte : bytes) {
    out += "0123456789abcdef"[byte >> 4];
    out += "0123456789abcdef"[byte & 15];
  }
  return out;
}

}  // namespace demo
