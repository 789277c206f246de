#include "credentials/jwt.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <array>
#include <cstdio>
#include <cstring>

namespace answerback {

namespace {

constexpr std::string_view base64url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string hmac_sha256(const std::string& key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes(text), text.size(), digest.data(),
       &size);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

// SHA-256 with the key's own scheme; DER for elliptic curves. Empty on failure.
std::string digest_sign(EVP_PKEY* key, std::string_view text) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::size_t size = 0;
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, bytes(text), text.size()) != 1) {
    return {};
  }
  std::string signature(size, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes(text),
                     text.size()) != 1) {
    return {};
  }
  signature.resize(size);
  return signature;
}

std::string raw_from_der(const std::string& der) {
  const unsigned char* at = bytes(der);
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> signature(
      d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), ECDSA_SIG_free);
  if (!signature) return {};
  std::string raw(64, '\0');
  auto* out = reinterpret_cast<unsigned char*>(raw.data());
  if (BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out, 32) != 32 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out + 32, 32) != 32) {
    return {};
  }
  return raw;
}

}  // namespace

std::string_view name(JwtAlgorithm algorithm) {
  switch (algorithm) {
    case JwtAlgorithm::hs256: return "HS256";
    case JwtAlgorithm::rs256: return "RS256";
    case JwtAlgorithm::es256: return "ES256";
  }
  return "";
}

std::expected<JwtSigner, std::string> JwtSigner::make(JwtAlgorithm algorithm, Secret key) {
  JwtSigner signer;
  signer.algorithm_ = algorithm;
  if (key.empty()) return std::unexpected("is empty");
  if (algorithm == JwtAlgorithm::hs256) {
    signer.secret_ = std::move(key);
    return signer;
  }
  const std::string& pem = key.reveal();
  const std::unique_ptr<BIO, decltype(&BIO_free)> source(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  // A key behind a passphrase must fail here, not ask on the terminal.
  pem_password_cb* const no_passphrase = [](char*, int, int, void*) { return 0; };
  signer.private_key_.reset(PEM_read_bio_PrivateKey(source.get(), nullptr, no_passphrase, nullptr),
                            EVP_PKEY_free);
  if (!signer.private_key_) return std::unexpected("is not a private key in PEM without a passphrase");
  const int kind = EVP_PKEY_get_base_id(signer.private_key_.get());
  if (algorithm == JwtAlgorithm::rs256 && kind != EVP_PKEY_RSA)
    return std::unexpected("is not an RSA key, as RS256 needs");
  std::array<char, 32> curve{};
  std::size_t length = 0;
  if (algorithm == JwtAlgorithm::es256 &&
      (kind != EVP_PKEY_EC ||
       EVP_PKEY_get_group_name(signer.private_key_.get(), curve.data(), curve.size(), &length) != 1 ||
       std::strcmp(curve.data(), "prime256v1") != 0)) {
    return std::unexpected("is not a P-256 key, as ES256 needs");
  }
  return signer;
}

std::expected<std::string, std::string> JwtSigner::sign(std::string_view header,
                                                        std::string_view claims) const {
  std::string token = base64url(header) + "." + base64url(claims);
  std::string signature;
  if (algorithm_ == JwtAlgorithm::hs256) {
    signature = hmac_sha256(secret_.reveal(), token);
  } else if (private_key_) {
    signature = digest_sign(private_key_.get(), token);
    if (algorithm_ == JwtAlgorithm::es256) signature = raw_from_der(signature);
  }
  if (signature.empty()) return std::unexpected("the token cannot be signed with this key");
  return token + "." + base64url(signature);
}

std::int64_t numeric_date(Wall at) {
  return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
}

std::string new_jti(Random& random) {
  std::array<char, 33> text{};
  const auto left = static_cast<unsigned long long>(random.bits());
  const auto right = static_cast<unsigned long long>(random.bits());
  std::snprintf(text.data(), text.size(), "%016llx%016llx", left, right);
  return text.data();
}

std::string base64url(std::string_view text) {
  std::string out;
  out.reserve((text.size() * 4 + 2) / 3);
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const char c : text) {
    buffer = buffer << 8 | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) out += base64url_alphabet[buffer >> (bits - 6) & 0x3f];
  }
  if (bits > 0) out += base64url_alphabet[buffer << (6 - bits) & 0x3f];
  return out;
}

std::optional<std::string> unbase64url(std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t buffer = 0;
  int bits = 0;
  for (const char c : text) {
    const auto digit = base64url_alphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    buffer = buffer << 6 | static_cast<std::uint32_t>(digit);
    if ((bits += 6) >= 8) out += static_cast<char>(buffer >> (bits -= 8) & 0xff);
  }
  return out;
}

}  // namespace answerback
