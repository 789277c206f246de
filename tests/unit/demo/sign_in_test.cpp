// Tokens, against RFC 7515's own example and every way a token can be wrong.

#include <gmock/gmock.h>

#include "platform/sign_in.h"

namespace demo {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view secret = "a-secret-of-at-least-thirty-two-bytes";
constexpr std::string_view hs256 = R"({"alg":"HS256","typ":"JWT"})";

std::expected<std::string, Refusal> verify(const std::string& token) {
  return verify_token(token, "platform", secret);
}
std::string signed_with(std::string_view claims, std::string_view header = hs256,
                        std::string_view key = secret) {
  return sign_token(header, claims, key);
}

TEST(SignIn, SignsAsRfc7515AppendixA1) {
  const std::string key = decode_base64url(
      "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
  EXPECT_EQ(
      sign_token("{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}",
                 "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}", key),
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNv"
      "bS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
}

TEST(SignIn, AcceptsWhatItMints) { EXPECT_EQ(verify(mint_token("ann", "platform", 60s, secret)), "ann"); }

TEST(SignIn, AcceptsOneOfSeveralAudiences) {
  EXPECT_EQ(verify(signed_with(R"({"sub":"ann","aud":["other","platform"],"exp":99999999999})")), "ann");
}

struct Wrong {
  const char* what;
  std::string token;
  Refusal refusal;
};

TEST(SignIn, RefusesEveryWrongToken) {
  const std::string claims = R"({"sub":"ann","aud":"platform","exp":99999999999})";
  std::string tampered = signed_with(claims);
  tampered[tampered.find('.') + 3] ^= 1;
  std::string unsigned_token = signed_with(claims, R"({"alg":"none"})");
  unsigned_token.resize(unsigned_token.rfind('.') + 1);
  const Wrong all[] = {
      {"none", "", Refusal::no_token},
      {"garbage", "garbage", Refusal::invalid_format},
      {"two dots of nothing", "..", Refusal::invalid_format},
      {"four parts", signed_with(claims) + ".x", Refusal::invalid_format},
      {"another secret", signed_with(claims, hs256, "another-secret-of-thirty-two-bytes!!"),
       Refusal::validation_failed},
      {"another algorithm", signed_with(claims, R"({"alg":"HS512"})"), Refusal::validation_failed},
      {"alg none", signed_with(claims, R"({"alg":"none"})"), Refusal::validation_failed},
      {"alg none, no signature", unsigned_token, Refusal::validation_failed},
      {"another audience", signed_with(R"({"sub":"ann","aud":"other","exp":99999999999})"),
       Refusal::validation_failed},
      {"no audience", signed_with(R"({"sub":"ann","exp":99999999999})"), Refusal::validation_failed},
      {"no user", signed_with(R"({"aud":"platform","exp":99999999999})"), Refusal::validation_failed},
      {"not yet", signed_with(R"({"sub":"ann","aud":"platform","exp":99999999999,"nbf":99999999998})"),
       Refusal::validation_failed},
      {"expired", mint_token("ann", "platform", -1s, secret), Refusal::token_expired},
      {"never expires", signed_with(R"({"sub":"ann","aud":"platform"})"), Refusal::token_expired},
  };
  for (const Wrong& one : all) {
    const auto verified = verify(one.token);
    ASSERT_FALSE(verified) << one.what;
    EXPECT_EQ(verified.error(), one.refusal) << one.what;
  }
  EXPECT_FALSE(verify(tampered));
}

TEST(SignIn, FindsTheBearer) {
  EXPECT_EQ(bearer("Bearer abc"), "abc");
  EXPECT_EQ(bearer("Basic abc"), "");
  EXPECT_EQ(bearer(""), "");
}

}  // namespace
}  // namespace demo
