#include "credentials/jwt.h"

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

namespace answerback {
namespace {

using Key = std::shared_ptr<EVP_PKEY>;

std::string pem(const Key& key) {
  BIO* out = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(out);
  return text;
}

std::string unbase64url(std::string_view text) {
  std::string out;
  std::uint32_t buffer = 0;
  int bits = 0;
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (const char c : text) {
    buffer = buffer << 6 | static_cast<std::uint32_t>(alphabet.find(c));
    if ((bits += 6) >= 8) out += static_cast<char>(buffer >> (bits -= 8) & 0xff);
  }
  return out;
}

bool verifies(const Key& key, const std::string& token, std::string signature) {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const std::string signed_part = token.substr(0, token.rfind('.'));
  EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, key.get());
  const int good =
      EVP_DigestVerify(context, reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                       reinterpret_cast<const unsigned char*>(signed_part.data()), signed_part.size());
  EVP_MD_CTX_free(context);
  return good == 1;
}

std::string signature_of(const std::string& token) { return unbase64url(token.substr(token.rfind('.') + 1)); }

TEST(Jwt, base64url_has_no_padding) {
  EXPECT_EQ(base64url(""), "");
  EXPECT_EQ(base64url("f"), "Zg");
  EXPECT_EQ(base64url("fo"), "Zm8");
  EXPECT_EQ(base64url("foo"), "Zm9v");
  EXPECT_EQ(base64url("\xfb\xff"), "-_8");
}

TEST(Jwt, hs256_is_the_example_of_rfc_7515_a_1) {
  const auto key =
      unbase64url("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
  const auto signer = JwtSigner::make(JwtAlgorithm::hs256, Secret(key));
  ASSERT_TRUE(signer);
  EXPECT_EQ(
      signer->sign("{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}",
                   "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}"),
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
      ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
      ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
}

TEST(Jwt, rs256_verifies) {
  const Key key(EVP_RSA_gen(2048), EVP_PKEY_free);
  const auto signer = JwtSigner::make(JwtAlgorithm::rs256, Secret(pem(key)));
  ASSERT_TRUE(signer) << signer.error();
  const auto token = signer->sign("{}", R"({"a":1})");
  ASSERT_TRUE(token);
  EXPECT_TRUE(verifies(key, *token, signature_of(*token)));
}

TEST(Jwt, es256_is_raw_r_and_s_always_of_64_bytes) {
  const Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const auto signer = JwtSigner::make(JwtAlgorithm::es256, Secret(pem(key)));
  ASSERT_TRUE(signer) << signer.error();
  for (int i = 0; i < 300; ++i) {  // one in 256 has a leading zero in r or s
    const auto token = signer->sign("{}", "{\"a\":" + std::to_string(i) + "}");
    ASSERT_TRUE(token);
    const std::string raw = signature_of(*token);
    ASSERT_EQ(raw.size(), 64U);
    ECDSA_SIG* signature = ECDSA_SIG_new();
    const auto* at = reinterpret_cast<const unsigned char*>(raw.data());
    ECDSA_SIG_set0(signature, BN_bin2bn(at, 32, nullptr), BN_bin2bn(at + 32, 32, nullptr));
    unsigned char* der = nullptr;
    const int size = i2d_ECDSA_SIG(signature, &der);
    EXPECT_TRUE(
        verifies(key, *token, std::string(reinterpret_cast<char*>(der), static_cast<std::size_t>(size))));
    OPENSSL_free(der);
    ECDSA_SIG_free(signature);
  }
}

TEST(Jwt, a_key_that_does_not_fit_is_told_and_never_shown) {
  const Key rsa(EVP_RSA_gen(2048), EVP_PKEY_free);
  const Key p384(EVP_EC_gen("P-384"), EVP_PKEY_free);
  const struct {
    JwtAlgorithm algorithm;
    std::string key, error;
  } rows[] = {
      {JwtAlgorithm::hs256, "", "is empty"},
      {JwtAlgorithm::rs256, "geheim", "is not a private key in PEM without a passphrase"},
      {JwtAlgorithm::es256, pem(rsa), "is not a P-256 key, as ES256 needs"},
      {JwtAlgorithm::es256, pem(p384), "is not a P-256 key, as ES256 needs"},
      {JwtAlgorithm::rs256, pem(p384), "is not an RSA key, as RS256 needs"},
  };
  for (const auto& row : rows) EXPECT_EQ(JwtSigner::make(row.algorithm, Secret(row.key)).error(), row.error);
}

}  // namespace
}  // namespace answerback
