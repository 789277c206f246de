#include "credentials/jws.h"

#include <gmock/gmock.h>

#include "credentials/jwt.h"

namespace answerback {
namespace {

using testing::HasSubstr;

const std::string joe =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

// RFC 7515 A.2 and A.3; RFC 8037 A.1.
const std::string rfc_keys =
    R"({"keys":[{"kid":"rsa","kty":"RSA","e":"AQAB","n":")"
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-"
    "SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-"
    "UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2et"
    "hFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
    R"("},{"kid":"ec","kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
    R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},)"
    R"({"kid":"ed","kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})";
const std::string rfc_rs256 =
    "eyJhbGciOiJSUzI1NiJ9." + joe +
    ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJd"
    "bF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_"
    "eSN9383"
    "LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWy"
    "wlVmtVrBp0igcN_IoypGlUPQGe77Rw";
const std::string rfc_es256 =
    "eyJhbGciOiJFUzI1NiJ9." + joe +
    ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
const std::string rfc_hs256 =
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + joe + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

// The others, as PyJWT signs them.
const std::string other_keys =
    "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"5C95Uw5QXGvMmrNnWBjZjwp2i98cRf77Mpu_"
    "YPndFFaMMLVX5dgJI7Nf29vrgOQyixauO"
    "wwV21ygWwHLtkaOjRz2U-eL7RJRCUnPgKCmGefX4x0YVwmFu7muV4SyRvV6pYtUzz_1dj0pW4qZHVGgN2rZoVAMYcMTgHOCe"
    "RczGeOfRIyNZj8wIjRjTM1RHg6zi4kg5LCN7mCL5iT-7NVakNQk3CF9lsXGve2UwaB7w1wqH8Dm3norbyzt2YvNMtpAjWnZn"
    "ZoXR5GGcv4WWgEbYqUgXKs7zdP9UyIzby1qjZN0hTZgEQnWNqVqUJQkBnZmI5lL7bxaLVIc_IFIGQjjGQ\",\"e\":\"AQAB\",\"k"
    "id\":\"rsa\"},{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"Q61tXKMHPKNIdfiDznD-Iwvztd-"
    "sroaDjjNHgSAX7IkryJHlr4-Whm"
    "usJdIRzSxn\",\"y\":\"nmfVsgaDHqcyNRDBDb40GrBmFrA7c5WL2t0BHNhYVhUR9zu6dz_aaay9usJPQgxj\",\"kid\":"
    "\"p384\"}"
    ",{\"kty\":\"EC\",\"crv\":\"P-521\",\"x\":\"Aem2pHUJTx_"
    "80HTFSzHGRw5vo7x2JBTcPhRRH9BZzDDWcOoQw9H5e8QGlB2juppf"
    "TjjvVWydbwWRRr1exfsy4NC2\",\"y\":\"Ae5aBrBQRlCeHY5DZ6MLu_w0lwicqNIspVBCkvEOoKmcTlYq9Fb90_SiCrPB5V07c"
    "gpnBoBxOjE82PPnYiKdq1Bw\",\"kid\":\"p521\"},{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":"
    "\"1wgU4J8jwmGaAJzg_1xqbVT"
    "2fsCTljiIYfuaVOMIYfE\",\"kid\":\"ed\"}]}";
const char* const other_tokens[] = {
    ("eyJhbGciOiJSUzM4NCIsImtpZCI6InJzYSIsInR5cCI6IkpXVCJ9.eyJhIjoxfQ.Bfm_h-r2ecdmOW6P0V5lEEgmgcR6-Fk6"
     "JU-uWWUZhB58DxeG5MUczuaZJAGfwDRxF37FYdqMqooWDYVRS2mYeVVmVANrDQb83ERVlFXIXLjhskU9sW6Z2UtbDCHq6y_L"
     "kkyAYqu42WSll8YYRJ4kGobCEUAjWnuXC40i4PCzBA4OWfuUw5D1jeYVVaet-hxdTJwHmretuBzwW5nLKIYpWi4R8fNM4n3t"
     "vJzgkDNvpCCfw7nXLGlS_CzLFkJ4mr7AG_fFM8MHdFmH8_hzIrJbSUYnD40dFJ0r_JBHlRag80SpBDD8tREyX0yQvQWJ2fbw"
     "KPMsxyrXiy-ug8lKr2Ys_g"),
    ("eyJhbGciOiJSUzUxMiIsImtpZCI6InJzYSIsInR5cCI6IkpXVCJ9.eyJhIjoxfQ.qfrw9hqNiD_6z9npUS03r-2cutuzK0qd"
     "8lzhZFjH6JYxAN3RZ_JNH0WXRi-cvqITJ32StlEv0BcoRfQ0UXY5yCzOeF6kKc4QmC3PWo44dPe8nL2mAwF_O-CI790VbeXc"
     "RmoJluyslUfnKtoWLuXDDZD7cdnf1Q2NRCcPtYxYyd41jrjIq3SSYB93T4ryeeskaAZqHziNtdEVC6rtVbOlAyOSaypdr75n"
     "4WrAITKsfdvI8SW2FOVwjaGpItkn2Y_j3fKzctNOgVObXBFfAjCYFzhyZuIP72hexj3mXq6uLDsasjOcQ4q_FIl_fyv-ci-1"
     "RS7owJpn74eZCGXS52b_Fg"),
    ("eyJhbGciOiJQUzI1NiIsImtpZCI6InJzYSIsInR5cCI6IkpXVCJ9.eyJhIjoxfQ.IiDDnBxvLRLRPCvFRpuTGy0uN9zISC6H"
     "7eIWUu8yUGCeJJw49zIEHguFQV2nuus-4Z3UQhpXAg54A33WRTS2yjiV4JiPBzEJL4caItyhDtRk3C7G_dTDJQsah6JCN9Zi"
     "7LI-KGQURjCvvsIf-R7BzmtmP6DY3NRHODsYWEs6rKNJLhUvySXiUk0FjJ_2pHiOzw9N7BMCJMhqqvNZvL70Cf6ibzg8zCpX"
     "baVqbwmtXMvheSFt3nsjJzc0DoNO-AesH5kFjfCqZa3dmVBRjVWcuZxv5DWGdZMmDIL2ZPH9XvnAiu_shaVui2ZvLVp3UZIu"
     "X6TcXAUCgwby9FBrNTsQ3w"),
    ("eyJhbGciOiJQUzM4NCIsImtpZCI6InJzYSIsInR5cCI6IkpXVCJ9.eyJhIjoxfQ.dbIOF1_kHg9-UgRk607LL0R_VP5sDdbt"
     "5QtY7lRxvoTmOIr1lDc14hD1xeOV4HZO2KBeCKpk7hkLbtuj5AG5VQKlA-1HFHqkdgH7GeTbwGwk-hhexXqvWJjHIlPVDRus"
     "bAOSEPT7vhaPcBoUMvAAkkKuS055rsX6z7TB6ZvoDBeYdTZOWTnLyCZbJNVfY3WVqyQ0Yjx_AYu6tClCNwvXlEXsZpm1dzCN"
     "ti6e4G28Fd33ZUBMK9btjuh26xETq7uA7XRJAgja6byfa3yYYeeiO5Vo7Mrg_igjUj3Zk58Fe0_q5bu0-9NJ6_Fl9BfaEEa8"
     "5BwQU0uExXZAJLv_EIAfsA"),
    ("eyJhbGciOiJQUzUxMiIsImtpZCI6InJzYSIsInR5cCI6IkpXVCJ9.eyJhIjoxfQ.QDa1lFuoJHOKSYvn6srTiaNibWzi9cAw"
     "R6Y7cnAlV3HPQzl8xOwL44BlUz-xYOf0wGQhvWGPuN9r6Q3EzUnebjWHRxm2hf6we3ZCu6dKFeFeEdq8v3iYNZCJ2O7eiR11"
     "aR6LaDg8uJzrO1a3H-Uv8O03UJ9WwBhigW_oWiS3fqIcym0u6mRb48_x7evwOTO7cXGrHe_dmSrftf64Ifo03dFUSUYnEOEQ"
     "vW2RuGZLcf588Ga-C5_DR-HVLeeeYlb9ewitc9BkTPoj4sANDgtH-Q52_WiOGXYVbvyuuCHmbGQTWZHT5OIHyxL0QBEh3yNM"
     "KCZ3WEY7O1MATck1DVVXgg"),
    ("eyJhbGciOiJFUzM4NCIsImtpZCI6InAzODQiLCJ0eXAiOiJKV1QifQ.eyJhIjoxfQ.RiT2_vzY51lwv8krhMO5xIdB06Tdm6"
     "q_IUduFdrAoYVcAUraA9Nk-f8Gd8RZwFl6fDUoCsdnbfUdjH1y2WV358RQVLP6doMNpT5sEvTc8nua5YR8xlFqvW25m9Gyb7"
     "8d"),
    ("eyJhbGciOiJFUzUxMiIsImtpZCI6InA1MjEiLCJ0eXAiOiJKV1QifQ.eyJhIjoxfQ.AH7glEN8nwDdO7djc9Dl1IQOikPosq"
     "FhUSxP9HyiLLNY7FFNg8vcoQFO5d3Go3BrZtxgIz1ZDm0fcliNlT4z_p5IAEgPs_hN4DTpQaC1JOcI-5jOyKqIyjpw4Gwak7"
     "PKEmCTIs_rIdmE-wdPkOMvVdxLO2EKxnmUlXZyFwxd5jg5WIqb"),
    ("eyJhbGciOiJFZERTQSIsImtpZCI6ImVkIiwidHlwIjoiSldUIn0.eyJhIjoxfQ.RXXlsUxhFXbHjz8Hywhjdx-MG_OVJB_W6"
     "5RGVCMd0ycPQshYmNxTnF6WL8seXV_uFCPWwo6bge_pXPHIXjM5CQ"),
};

std::vector<Jwk> keys_in(const std::string& text) {
  auto keys = parse_jwks(text);
  EXPECT_TRUE(keys) << keys.error();
  return keys ? *std::move(keys) : std::vector<Jwk>();
}

const Jwk* key_named(const std::vector<Jwk>& keys, std::string_view kid) {
  for (const Jwk& key : keys)
    if (key.kid == kid) return &key;
  return nullptr;
}

Jws parsed(const std::string& token) {
  auto jws = parse_jws(token);
  EXPECT_TRUE(jws) << jws.error();
  return jws ? *std::move(jws) : Jws();
}

TEST(Jws, TheExamplesOfTheStandardsVerify) {
  const auto keys = keys_in(rfc_keys);
  ASSERT_EQ(keys.size(), 3u);
  EXPECT_TRUE(verify(parsed(rfc_rs256), keys[0]));
  EXPECT_TRUE(verify(parsed(rfc_es256), keys[1]));
  // RFC 8037 A.4, whose payload is no JSON.
  const Jws edwards{
      .header = "{}",
      .claims = "{}",
      .signature = *unbase64url("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhV"
                                "sPt9g7sVvpAr_MuM0KAg"),
      .signed_part = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
      .alg = "EdDSA",
      .kid = {}};
  EXPECT_TRUE(verify(edwards, keys[2]));
  const Secret shared(
      *unbase64url("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"));
  EXPECT_TRUE(verify(parsed(rfc_hs256), shared));
}

TEST(Jws, TheOtherAlgorithmsVerify) {
  const auto keys = keys_in(other_keys);
  for (const std::string token : other_tokens) {
    const Jws jws = parsed(token);
    const Jwk* key = key_named(keys, jws.kid);
    ASSERT_TRUE(key) << jws.alg;
    EXPECT_TRUE(fits(*key, jws.alg)) << jws.alg << key->unusable;
    EXPECT_TRUE(verify(jws, *key)) << jws.alg;
    Jws forged = jws;
    forged.signed_part += "x";
    EXPECT_FALSE(verify(forged, *key)) << jws.alg;
  }
}

TEST(Jws, NoBitOfATokenMayChange) {
  const auto keys = keys_in(rfc_keys);
  for (const auto& [token, key] : {std::pair(&rfc_rs256, &keys[0]), std::pair(&rfc_es256, &keys[1])}) {
    const Jws good = parsed(*token);
    for (std::size_t i = 0; i < good.signature.size(); ++i) {
      Jws bad = good;
      bad.signature[i] = static_cast<char>(bad.signature[i] ^ 1);
      EXPECT_FALSE(verify(bad, *key)) << i;
    }
    for (std::size_t i = 0; i < good.signed_part.size(); i += 7) {
      Jws bad = good;
      bad.signed_part[i] = static_cast<char>(bad.signed_part[i] ^ 1);
      EXPECT_FALSE(verify(bad, *key)) << i;
    }
  }
}

TEST(Jws, WhatDoesNotFitIsToldAndNeverVerifies) {
  const auto keys = keys_in(rfc_keys);
  const auto said = [](const std::expected<void, std::string>& outcome) {
    return outcome ? std::string("verified") : outcome.error();
  };
  Jws token = parsed(rfc_es256);
  EXPECT_EQ(said(verify(token, keys[0])), "the key is not one for ES256");
  token.alg = "none";
  token.signature.clear();
  EXPECT_EQ(said(verify(token, keys[1])), "the algorithm none is none that verifies");
  EXPECT_EQ(said(verify(token, Secret("x"))), "the algorithm none is none that verifies");
  token.alg = "ES256";
  token.signature = std::string(70, 'x');
  EXPECT_EQ(said(verify(token, keys[1])), "its signature has 70 bytes, ES256 has 64");
  token.signature = std::string(64, '\0');
  EXPECT_EQ(said(verify(token, keys[1])), "its signature is not that of the key");
  // The public key as a shared secret: the old trick of a verifier that lets the token choose.
  EXPECT_EQ(said(verify(parsed(rfc_rs256), Secret("anything"))),
            "it is signed with RS256, not with a shared secret");
  token = parsed(rfc_hs256);
  EXPECT_EQ(said(verify(token, keys[0])), "the key is not one for HS256");
  EXPECT_EQ(said(verify(token, Secret("another"))), "its signature is not that of the secret");
  token.alg = "\x1b[31m";
  EXPECT_EQ(said(verify(token, keys[0])), "the algorithm of its header is none that verifies");
}

TEST(Jws, AKeyThatNamesItsAlgorithmFitsNoOther) {
  const auto key_for = [](const std::string& alg) {
    std::string set = rfc_keys;
    const std::string_view type = R"("kty":"RSA",)";
    set.insert(set.find(type) + type.size(), R"("alg":")" + alg + "\",");
    return keys_in(set)[0];
  };
  const Jwk any = keys_in(rfc_keys)[0], own = key_for("RS256"), other = key_for("PS256");
  EXPECT_TRUE(fits(any, "RS256") && fits(any, "PS256"));
  EXPECT_TRUE(fits(own, "RS256"));
  EXPECT_FALSE(fits(own, "RS512") || fits(own, "PS256") || fits(own, "ES256"));
  EXPECT_TRUE(verify(parsed(rfc_rs256), own));
  const auto refused = verify(parsed(rfc_rs256), other);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), "the key is not one for RS256");
}

TEST(Jws, WhatIsNoTokenIsTold) {
  const auto said = [](const std::string& token) {
    auto jws = parse_jws(token);
    return jws ? std::string("a token") : jws.error();
  };
  const std::string header = base64url(R"({"alg":"HS256"})"), claims = base64url("{}");
  EXPECT_EQ(said(header + "." + claims + "."), "a token");
  EXPECT_EQ(said(""), "has 1 part instead of 3");
  EXPECT_EQ(said("a.b"), "has 2 parts instead of 3");
  EXPECT_EQ(said("a.b.c.d.e"), "has 5 parts instead of 3: it is encrypted");
  EXPECT_EQ(said(header + "." + claims + ".a=="), "is not base64url without padding");
  EXPECT_EQ(said(header + "." + claims + ".a+b/"), "is not base64url without padding");
  EXPECT_EQ(said(base64url("[]") + "." + claims + "."), "its header is no JSON object");
  EXPECT_EQ(said(header + "." + base64url("{") + "."), "its claims are no JSON object");
  EXPECT_EQ(said(claims + "." + claims + "."), "its header names no algorithm");
  EXPECT_EQ(
      said(header + "." + base64url(R"({"a":)" + std::string(40, '[') + std::string(40, ']') + "}") + "."),
      "its claims are no JSON object");
  EXPECT_THAT(said(std::string(20000, 'a')), HasSubstr("has 20000 bytes"));
}

// A deterministic storm of changes: nothing may crash, nothing but the original may verify.
TEST(Jws, MutationsNeverVerify) {
  const auto keys = keys_in(rfc_keys);
  std::uint32_t seed = 1;
  const auto next = [&seed] { return seed = seed * 1664525u + 1013904223u; };
  for (int round = 0; round < 3000; ++round) {
    std::string token = round % 2 == 0 ? rfc_rs256 : rfc_es256;
    for (unsigned edits = 1 + next() % 3; edits > 0; --edits) {
      const std::size_t at = (next() >> 8) % token.size();
      if (next() >> 31 == 0)
        token[at] = static_cast<char>(next() >> 24);
      else
        token.erase(at, 1);
    }
    const auto jws = parse_jws(token);
    if (!jws || token == rfc_rs256 || token == rfc_es256) continue;
    const bool same = jws->signed_part + base64url(jws->signature) ==
                      (round % 2 == 0 ? parsed(rfc_rs256) : parsed(rfc_es256)).signed_part +
                          base64url(parsed(round % 2 == 0 ? rfc_rs256 : rfc_es256).signature);
    for (const Jwk& key : keys) EXPECT_EQ(verify(*jws, key).has_value() && !same, false) << token;
  }
}

TEST(Jws, SignedWithASharedSecretVerifies) {
  const Secret secret("0123456789abcdef0123456789abcdef");
  for (const std::string alg : {"HS256", "HS384", "HS512"}) {
    const auto token = signed_with(secret, alg, R"({"alg":")" + alg + "\"}", "{}");
    ASSERT_TRUE(token);
    EXPECT_TRUE(verify(parsed(*token), secret)) << alg;
    EXPECT_FALSE(verify(parsed(*token), Secret("another"))) << alg;
  }
  EXPECT_FALSE(signed_with(secret, "RS256", "{}", "{}"));
  EXPECT_FALSE(signed_with(secret, "none", "{}", "{}"));
}

TEST(Jwks, AKeyThatCannotVerifySaysWhy) {
  const std::string n256(342, 'u'), n64(86, 'u'), x(43, 'A');
  const struct {
    std::string key, why;
  } rows[] = {
      {R"({})", "no key type"},
      {R"({"kty":"XYZ"})", "a key type we do not know"},
      {R"({"kty":"oct","k":"AAAA"})", "a key type we do not know"},
      {R"({"kty":"RSA"})", "an RSA key without its numbers"},
      {R"({"kty":"RSA","e":"AQAB","n":")" + n64 + "\"}", "an RSA key of 512 bits"},
      {R"({"kty":"RSA","e":"AQAB","n":")" + std::string(2732, 'u') + "\"}", "an RSA key of 16392 bits"},
      {R"({"kty":"RSA","e":"AQAB","n":"!!"})", "an RSA key without its numbers"},
      {R"({"kty":"RSA","e":"AQAB","use":"enc","n":")" + n256 + "\"}",
       "made for something other than signatures"},
      {R"({"kty":"RSA","e":"AQAB","key_ops":["encrypt"],"n":")" + n256 + "\"}",
       "made for something other than signatures"},
      {R"({"kty":"EC","crv":"P-255","x":"AA","y":"AA"})", "a curve we do not know"},
      {R"({"kty":"EC","crv":"P-256","x":"AA","y":"AA"})", "a point that is not of its curve's size"},
      {R"({"kty":"EC","crv":"P-256","x":")" + x + R"(","y":")" + x + "\"}",
       "a point that is not on its curve"},
      {R"({"kty":"OKP","crv":"X25519","x":")" + x + "\"}", "a curve we do not know"},
      {R"({"kty":"OKP","crv":"Ed25519","x":"AA"})", "a point that is not of its curve's size"},
      {R"("a key")", "no key"},
  };
  for (const auto& row : rows) {
    const auto keys = keys_in(R"({"keys":[)" + row.key + "]}");
    ASSERT_EQ(keys.size(), 1u);
    EXPECT_FALSE(keys[0].key) << row.key;
    EXPECT_EQ(keys[0].unusable, row.why);
  }
  EXPECT_TRUE(keys_in(R"({"keys":[{"kty":"oct","k":"AAAA"}]})")[0].exposed);
  EXPECT_TRUE(keys_in(R"({"keys":[{"kty":"RSA","d":"AAAA"}]})")[0].exposed);
}

TEST(Jwks, MutationsAreKeysOrToldAndNeverMore) {
  std::uint32_t seed = 7;
  const auto next = [&seed] { return (seed = seed * 1664525u + 1013904223u) >> 8; };
  for (int round = 0; round < 3000; ++round) {
    std::string text = round % 2 == 0 ? rfc_keys : other_keys;
    for (unsigned edits = 1 + next() % 4; edits > 0; --edits) {
      const std::size_t at = next() % text.size();
      if (next() % 3 == 0)
        text.erase(at, 1 + next() % 8);
      else
        text[at] = static_cast<char>(next());
    }
    const auto keys = parse_jwks(text);
    if (!keys) continue;
    for (const Jwk& key : *keys) EXPECT_NE(key.key == nullptr, key.unusable.empty()) << text;
  }
}

TEST(Jwks, WhatIsNoSetIsTold) {
  EXPECT_EQ(parse_jwks("<html>").error(), "is no JSON");
  EXPECT_EQ(parse_jwks("[]").error(), "is no key set: it has no list of keys");
  EXPECT_EQ(parse_jwks(R"({"keys":{}})").error(), "is no key set: it has no list of keys");
  std::string many = R"({"keys":[{})";
  for (int i = 0; i < 100; ++i) many += ",{}";
  EXPECT_EQ(parse_jwks(many + "]}").error(), "holds 101 keys; more than 100 are not looked at");
  EXPECT_EQ(keys_in(R"({"keys":[]})").size(), 0u);
}

}  // namespace
}  // namespace answerback
