#include "credentials/jws.h"

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "credentials/jwt.h"

namespace answerback {

namespace {

namespace json = boost::json;

constexpr std::size_t largest_token = 16 * 1024;

enum class Scheme : std::uint8_t { hmac, rsa, pss, ecdsa, eddsa };
struct Algorithm {
  std::string_view name;
  Scheme scheme;
  const EVP_MD* (*digest)();
  std::string_view kty, crv;
  std::size_t half;  // bytes of r and of s
};
const Algorithm algorithms[] = {
    {"HS256", Scheme::hmac, EVP_sha256, "", "", 0},
    {"HS384", Scheme::hmac, EVP_sha384, "", "", 0},
    {"HS512", Scheme::hmac, EVP_sha512, "", "", 0},
    {"RS256", Scheme::rsa, EVP_sha256, "RSA", "", 0},
    {"RS384", Scheme::rsa, EVP_sha384, "RSA", "", 0},
    {"RS512", Scheme::rsa, EVP_sha512, "RSA", "", 0},
    {"PS256", Scheme::pss, EVP_sha256, "RSA", "", 0},
    {"PS384", Scheme::pss, EVP_sha384, "RSA", "", 0},
    {"PS512", Scheme::pss, EVP_sha512, "RSA", "", 0},
    {"ES256", Scheme::ecdsa, EVP_sha256, "EC", "P-256", 32},
    {"ES384", Scheme::ecdsa, EVP_sha384, "EC", "P-384", 48},
    {"ES512", Scheme::ecdsa, EVP_sha512, "EC", "P-521", 66},
    {"EdDSA", Scheme::eddsa, nullptr, "OKP", "Ed25519", 0},
};

const Algorithm* algorithm_named(std::string_view name) {
  const auto* const found = std::ranges::find(algorithms, name, &Algorithm::name);
  return found == std::end(algorithms) ? nullptr : found;
}

const unsigned char* jws_octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string der_from_raw(std::string_view raw, std::size_t half) {
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> signature(ECDSA_SIG_new(), ECDSA_SIG_free);
  ECDSA_SIG_set0(signature.get(), BN_bin2bn(jws_octets(raw), static_cast<int>(half), nullptr),
                 BN_bin2bn(jws_octets(raw) + half, static_cast<int>(half), nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &der);
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(std::max(size, 0)));
  OPENSSL_free(der);
  return out;
}

bool digest_verifies(const Algorithm& algorithm, EVP_PKEY* key, std::string_view text,
                     std::string_view signature) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_PKEY_CTX* parameters = nullptr;
  const EVP_MD* digest = algorithm.digest ? algorithm.digest() : nullptr;
  if (EVP_DigestVerifyInit(context.get(), &parameters, digest, nullptr, key) != 1) return false;
  if (algorithm.scheme == Scheme::pss &&
      (EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) != 1 ||
       EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) != 1)) {
    return false;
  }
  return EVP_DigestVerify(context.get(), jws_octets(signature), signature.size(), jws_octets(text),
                          text.size()) == 1;
}

std::unexpected<std::string> no_such(const std::string& alg) {
  const bool known = !alg.empty() && alg.size() < 16 &&
                     std::ranges::all_of(alg, [](char c) { return c > ' ' && c < '\x7f' && c != '"'; });
  return std::unexpected("the algorithm " + (known ? alg : "of its header") + " is none that verifies");
}

std::string hmac(const Algorithm& algorithm, const std::string& key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  HMAC(algorithm.digest(), key.data(), static_cast<int>(key.size()), jws_octets(text), text.size(),
       digest.data(), &size);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

// A JSON object that is no bomb, or why it is none.
std::expected<json::object, std::string> object_in(std::string_view text, std::string_view which) {
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = 16;
  const json::value value = json::parse(text, error, {}, options);
  if (error || !value.is_object()) return std::unexpected("its " + std::string(which) + " no JSON object");
  return value.get_object();
}

}  // namespace

std::expected<Jws, std::string> parse_jws(std::string_view token) {
  if (token.size() > largest_token)
    return std::unexpected("has " + std::to_string(token.size()) + " bytes: no header would carry it");
  const auto parts = 1 + std::ranges::count(token, '.');
  if (parts == 5) return std::unexpected("has 5 parts instead of 3: it is encrypted");
  if (parts != 3)
    return std::unexpected("has " + std::to_string(parts) + (parts == 1 ? " part" : " parts") +
                           " instead of 3");
  const std::size_t first = token.find('.'), second = token.find('.', first + 1);
  const auto header = unbase64url(token.substr(0, first));
  const auto claims = unbase64url(token.substr(first + 1, second - first - 1));
  const auto signature = unbase64url(token.substr(second + 1));
  if (!header || !claims || !signature) return std::unexpected("is not base64url without padding");
  const auto read = object_in(*header, "header is");
  if (!read) return std::unexpected(read.error());
  if (const auto body = object_in(*claims, "claims are"); !body) return std::unexpected(body.error());
  const auto text = [&](std::string_view name) {
    const json::value* value = read->if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
  };
  if (text("alg").empty()) return std::unexpected("its header names no algorithm");
  return Jws{.header = *header,
             .claims = *claims,
             .signature = *signature,
             .signed_part = std::string(token.substr(0, second)),
             .alg = text("alg"),
             .kid = text("kid")};
}

bool fits(const Jwk& key, std::string_view alg) {
  const Algorithm* algorithm = algorithm_named(alg);
  return algorithm && key.key && key.kty == algorithm->kty &&
         (algorithm->crv.empty() || key.crv == algorithm->crv) && (key.alg.empty() || key.alg == alg);
}

std::expected<void, std::string> verify(const Jws& token, const Jwk& key) {
  const Algorithm* algorithm = algorithm_named(token.alg);
  if (!algorithm) return no_such(token.alg);
  if (!fits(key, token.alg)) return std::unexpected("the key is not one for " + token.alg);
  std::string signature = token.signature;
  if (algorithm->scheme == Scheme::ecdsa) {
    if (signature.size() != 2 * algorithm->half)
      return std::unexpected("its signature has " + std::to_string(signature.size()) + " bytes, " +
                             token.alg + " has " + std::to_string(2 * algorithm->half));
    signature = der_from_raw(signature, algorithm->half);
  }
  const bool good = digest_verifies(*algorithm, key.key.get(), token.signed_part, signature);
  ERR_clear_error();  // TLS on this thread reads the same queue
  if (!good) return std::unexpected("its signature is not that of the key");
  return {};
}

std::expected<void, std::string> verify(const Jws& token, const Secret& shared) {
  const Algorithm* algorithm = algorithm_named(token.alg);
  if (!algorithm) return no_such(token.alg);
  if (algorithm->scheme != Scheme::hmac)
    return std::unexpected("it is signed with " + token.alg + ", not with a shared secret");
  const std::string digest = hmac(*algorithm, shared.reveal(), token.signed_part);
  if (token.signature.size() != digest.size() ||
      CRYPTO_memcmp(token.signature.data(), digest.data(), digest.size()) != 0)
    return std::unexpected("its signature is not that of the secret");
  return {};
}

std::optional<std::string> signed_with(const Secret& shared, std::string_view alg, std::string_view header,
                                       std::string_view claims) {
  const Algorithm* algorithm = algorithm_named(alg);
  if (!algorithm || algorithm->scheme != Scheme::hmac) return std::nullopt;
  const std::string text = base64url(header) + "." + base64url(claims);
  return text + "." + base64url(hmac(*algorithm, shared.reveal(), text));
}

}  // namespace answerback
