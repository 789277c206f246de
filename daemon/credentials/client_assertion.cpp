#include "credentials/client_assertion.h"

#include <boost/json.hpp>

namespace answerback {

using std::chrono::minutes;

std::expected<std::string, std::string> ClientAssertion::sign(Wall now, Random& random) const {
  namespace json = boost::json;
  json::object header{{"alg", name(signer.algorithm())}, {"typ", "JWT"}};
  if (!key_id.empty()) header["kid"] = key_id;
  // No nbf: it would only be one more clock to disagree with.
  const json::object claims{{"iss", client},
                            {"sub", client},
                            {"aud", audience},
                            {"iat", numeric_date(now)},
                            {"exp", numeric_date(now + minutes(2))},
                            {"jti", new_jti(random)}};
  return signer.sign(json::serialize(header), json::serialize(claims));
}

ClientAssertion read_client_assertion(config::Fields& fields, std::string client, std::string audience) {
  ClientAssertion assertion;
  assertion.client = std::move(client);
  const std::string algorithm =
      fields.one_of("alg", "RS256", {"RS256", "ES256"}, "how private_key_jwt is signed");
  constexpr const char* key_doc = "for private_key_jwt: our private key in PEM; ${file:/path} reads one";
  const Secret key =
      fields.describes() ? fields.secret("key", key_doc) : fields.required_secret("key", key_doc);
  if (auto signer = JwtSigner::make(algorithm == "ES256" ? JwtAlgorithm::es256 : JwtAlgorithm::rs256, key))
    assertion.signer = *std::move(signer);
  else if (!key.empty())
    fields.error("key", signer.error());
  assertion.key_id = fields.text("kid", "", "key id of its header");
  assertion.audience = fields.text("assertion_audience", "", "its aud; left out: the token_url");
  if (assertion.audience.empty()) assertion.audience = std::move(audience);
  return assertion;
}

}  // namespace answerback
