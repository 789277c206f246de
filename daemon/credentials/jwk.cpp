#include "credentials/jwk.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <boost/json.hpp>
#include <optional>

#include "credentials/jwt.h"

namespace answerback {

namespace {

namespace json = boost::json;
using Key = std::shared_ptr<EVP_PKEY>;
using Parameters = std::unique_ptr<OSSL_PARAM_BLD, decltype(&OSSL_PARAM_BLD_free)>;
using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;

constexpr std::size_t most_keys = 100, most_name = 128;
// Beyond these a verification costs more than a probe may; below, RFC 7518 3.3 forbids it.
constexpr int least_rsa_bits = 2048, most_rsa_bits = 8192, most_exponent_bits = 64;

struct Curve {
  std::string_view name;
  const char* group;
  std::size_t size;  // of a coordinate, in bytes
};
constexpr Curve curves[] = {{"P-256", "P-256", 32}, {"P-384", "P-384", 48}, {"P-521", "P-521", 66}};

std::string jwk_text(const json::object& key, std::string_view name) {
  const json::value* value = key.if_contains(name);
  const json::string* text = value ? value->if_string() : nullptr;
  return text ? std::string(text->subview(0, std::min(text->size(), most_name))) : "";
}

std::optional<std::string> jwk_bytes(const json::object& key, std::string_view name) {
  const json::value* value = key.if_contains(name);
  const json::string* text = value ? value->if_string() : nullptr;
  return text ? unbase64url(*text) : std::nullopt;
}

const unsigned char* jwk_octets(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Number jwk_number(const std::string& bytes) {
  return {BN_bin2bn(jwk_octets(bytes), static_cast<int>(bytes.size()), nullptr), BN_free};
}

Key jwk_from(const char* kind, const Parameters& parameters) {
  const std::unique_ptr<OSSL_PARAM, decltype(&OSSL_PARAM_free)> built(
      OSSL_PARAM_BLD_to_param(parameters.get()), OSSL_PARAM_free);
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
      EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr), EVP_PKEY_CTX_free);
  EVP_PKEY* key = nullptr;
  if (!built || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, built.get()) != 1) {
    return nullptr;
  }
  return {key, EVP_PKEY_free};
}

void read_rsa(const json::object& source, Jwk& jwk) {
  const auto n = jwk_bytes(source, "n"), e = jwk_bytes(source, "e");
  if (!n || !e || n->empty() || e->empty() || n->size() > 4096 || e->size() > 4096) {
    jwk.unusable = "an RSA key without its numbers";
    return;
  }
  const Number modulus = jwk_number(*n), exponent = jwk_number(*e);
  const int bits = BN_num_bits(modulus.get());
  if (bits < least_rsa_bits || bits > most_rsa_bits || BN_num_bits(exponent.get()) > most_exponent_bits) {
    jwk.unusable = "an RSA key of " + std::to_string(bits) + " bits";
    return;
  }
  const Parameters parameters(OSSL_PARAM_BLD_new(), OSSL_PARAM_BLD_free);
  OSSL_PARAM_BLD_push_BN(parameters.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(parameters.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  jwk.key = jwk_from("RSA", parameters);
  if (!jwk.key) jwk.unusable = "no RSA key";
}

void read_curve(const json::object& source, Jwk& jwk) {
  const auto* const curve = std::ranges::find(curves, jwk.crv, &Curve::name);
  const auto x = jwk_bytes(source, "x"), y = jwk_bytes(source, "y");
  if (curve == std::end(curves)) {
    jwk.unusable = "a curve we do not know";
  } else if (!x || !y || x->size() != curve->size || y->size() != curve->size) {
    jwk.unusable = "a point that is not of its curve's size";
  } else {
    const std::string point = "\x04" + *x + *y;
    const Parameters parameters(OSSL_PARAM_BLD_new(), OSSL_PARAM_BLD_free);
    OSSL_PARAM_BLD_push_utf8_string(parameters.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve->group, 0);
    OSSL_PARAM_BLD_push_octet_string(parameters.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
    jwk.key = jwk_from("EC", parameters);
    if (!jwk.key) jwk.unusable = "a point that is not on its curve";
  }
}

void read_edwards(const json::object& source, Jwk& jwk) {
  const auto x = jwk_bytes(source, "x");
  if (jwk.crv != "Ed25519") {
    jwk.unusable = "a curve we do not know";
  } else if (!x || x->size() != 32) {
    jwk.unusable = "a point that is not of its curve's size";
  } else {
    jwk.key.reset(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, jwk_octets(*x), x->size()),
                  EVP_PKEY_free);
    if (!jwk.key) jwk.unusable = "no Ed25519 key";
  }
}

// RFC 7517 4.3: where the operations are listed, verifying must be among them.
bool may_verify(const json::object& source) {
  const json::value* value = source.if_contains("key_ops");
  const json::array* operations = value ? value->if_array() : nullptr;
  return !operations || std::ranges::any_of(*operations, [](const json::value& each) {
    return each.is_string() && each.get_string() == "verify";
  });
}

Jwk read_key(const json::object& source) {
  Jwk jwk{.kid = jwk_text(source, "kid"),
          .kty = jwk_text(source, "kty"),
          .use = jwk_text(source, "use"),
          .alg = jwk_text(source, "alg"),
          .crv = jwk_text(source, "crv"),
          .key = nullptr,
          .unusable = {}};
  jwk.exposed = source.contains("d") || source.contains("k");
  if (jwk.kty == "RSA")
    read_rsa(source, jwk);
  else if (jwk.kty == "EC")
    read_curve(source, jwk);
  else if (jwk.kty == "OKP")
    read_edwards(source, jwk);
  else
    jwk.unusable = jwk.kty.empty() ? "no key type" : "a key type we do not know";
  if ((!jwk.use.empty() && jwk.use != "sig") || !may_verify(source)) {
    jwk.key = nullptr;
    jwk.unusable = "made for something other than signatures";
  }
  ERR_clear_error();  // TLS on this thread reads the same queue
  return jwk;
}

}  // namespace

std::expected<std::vector<Jwk>, std::string> parse_jwks(std::string_view text) {
  boost::system::error_code error;
  const json::value document = json::parse(text, error);
  const json::object* set = error ? nullptr : document.if_object();
  const json::value* list = set ? set->if_contains("keys") : nullptr;
  const json::array* keys = list ? list->if_array() : nullptr;
  if (!keys) return std::unexpected(error ? "is no JSON" : "is no key set: it has no list of keys");
  if (keys->size() > most_keys)
    return std::unexpected("holds " + std::to_string(keys->size()) + " keys; more than " +
                           std::to_string(most_keys) + " are not looked at");
  std::vector<Jwk> found;
  for (const json::value& each : *keys) {
    if (const json::object* key = each.if_object())
      found.push_back(read_key(*key));
    else
      found.push_back(
          {.kid = {}, .kty = {}, .use = {}, .alg = {}, .crv = {}, .key = {}, .unusable = "no key"});
  }
  return found;
}

}  // namespace answerback
