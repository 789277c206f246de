#pragma once
// Signing in: one request whose answer holds a token. As a login page does it, with a form or JSON, or as
// OAuth's client_credentials (RFC 6749 4.4, the client named as in 2.3.1, or by RFC 7523).

#include <expected>
#include <optional>
#include <string>

#include "config/fields.h"
#include "config/secret.h"
#include "credentials/client_assertion.h"
#include "net/http.h"

namespace answerback {

struct SignIn {
  net::HttpRequest request = {};                                 // holds secrets
  std::string token = "/access_token", expires = "/expires_in";  // JSON pointers into the answer
  std::optional<ClientAssertion> assertion = {};                 // goes into the form, made for each request
};

// From the mapping under `login` or `oauth`.
SignIn read_login(config::Fields&);
SignIn read_oauth(config::Fields&);

// What is sent now; holds secrets. Failure: auth, where our own key does not sign.
std::expected<net::HttpRequest, Failure> sign_in_request(const SignIn&, Wall now, Random&);

struct SignedIn {
  Secret token;
  std::optional<Duration> lifetime;  // as the answer says it, or the token itself where it is a JWT
};

// What an answer is worth. Failures: auth (refused), rate_limited, status, assertion (a 2xx without a token).
// Their detail says what was seen and never shows a value of a good answer: the token may stand elsewhere.
std::expected<SignedIn, Failure> judge_sign_in(const SignIn&, const net::HttpResponse&, Wall now);

// "a=b&c=d%20e", as forms are sent.
std::string form_text(const std::vector<std::pair<std::string, std::string>>&);
std::string basic_authorization(std::string_view user, std::string_view password);  // "Basic …"
std::string client_authorization(std::string_view client,
                                 std::string_view secret);  // the same, as RFC 6749 2.3.1

}  // namespace answerback
