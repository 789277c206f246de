#include "credentials/sign_in.h"

#include <gmock/gmock.h>
#include <openssl/pem.h>

#include <boost/json.hpp>

#include "credentials/jws.h"
#include "credentials/jwt.h"
#include "model/text.h"
#include "probes/reading.h"
#include "support/certificates.h"

namespace answerback {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

const Wall now(1'795'000'000s);

net::HttpResponse response(unsigned status, std::string body, net::Headers headers = {}) {
  return {.status = status, .headers = std::move(headers), .body = std::move(body), .url = {}};
}

std::string told(const net::HttpResponse& seen, const SignIn& sign_in = {}) {
  const auto judged = judge_sign_in(sign_in, seen, now);
  return judged ? "a token" : std::string(name(judged.error().reason)) + " " + judged.error().detail;
}

TEST(SignIn, FormsJsonAndClientsAreSent) {
  Reading form(
      "url: 'http://a/login?x=1'\n    form: {grant_type: password, username: 'a b', password: 'p&=ä'}");
  const SignIn by_form = read_login(form.fields());
  form.fields().finish();
  EXPECT_TRUE(form.ok()) << form.text();
  EXPECT_EQ(by_form.request.body, "grant_type=password&username=a%20b&password=p%26%3D%C3%A4");
  EXPECT_EQ(*net::find_header(by_form.request.headers, "content-type"), "application/x-www-form-urlencoded");
  EXPECT_THAT(form.print(), Not(HasSubstr("p&=")));
  EXPECT_THAT(form.print(), HasSubstr("grant_type: password"));

  Reading json(
      "url: 'http://a/login'\n    json: {user: a, password: geheim1, remember: true, n: {token: geheim2}}\n"
      "    token: /data/token");
  const SignIn by_json = read_login(json.fields());
  EXPECT_TRUE(json.ok()) << json.text();
  EXPECT_EQ(by_json.request.body,
            R"({"user":"a","password":"geheim1","remember":true,"n":{"token":"geheim2"}})");
  EXPECT_EQ(by_json.token, "/data/token");
  EXPECT_THAT(json.print(), Not(HasSubstr("geheim")));
  EXPECT_THAT(json.print(), HasSubstr("/data/token")) << "where it stands is no secret";
  std::vector<std::string> secrets;
  for (const Secret& each : json.secrets()) secrets.push_back(each.reveal());
  EXPECT_THAT(secrets, testing::UnorderedElementsAre("geheim1", "geheim2"));

  Reading basic(
      "token_url: 'http://a/token'\n    client_id: 'a:b'\n    client_secret: 'c d'\n    scope: 'x y'");
  const SignIn client = read_oauth(basic.fields());
  EXPECT_TRUE(basic.ok()) << basic.text();
  EXPECT_EQ(client.request.body, "grant_type=client_credentials&scope=x%20y");
  EXPECT_EQ(*net::find_header(client.request.headers, "authorization"), "Basic YSUzQWI6YyUyMGQ=");

  Reading post("token_url: 'http://a/token'\n    client_id: me\n    client_secret: geheim\n    style: post");
  EXPECT_EQ(read_oauth(post.fields()).request.body,
            "grant_type=client_credentials&client_id=me&client_secret=geheim");
}

// In double quotes of YAML.
std::string yaml_pem(std::string pem) {
  for (std::size_t at = 0; (at = pem.find('\n', at)) != std::string::npos; at += 2) pem.replace(at, 1, "\\n");
  return '"' + pem + '"';
}

std::string member(const std::string& form, const std::string& name) {
  const std::size_t at = ("&" + form).find("&" + name + "=");
  if (at == std::string::npos) return "";
  const std::string rest = form.substr(at + name.size() + 1);
  return rest.substr(0, rest.find('&'));
}

TEST(SignIn, AClientProvesItselfByItsKey) {
  const test::Identity us = test::self_signed();
  const std::string keys =
      "token_url: 'http://a/token?x=1'\n    client_id: 'me:1'\n    style: private_key_jwt\n"
      "    alg: ES256\n    scope: x\n    key: " +
      yaml_pem(us.key);
  Reading reading(keys + "\n    kid: k1");
  const SignIn client = read_oauth(reading.fields());
  reading.fields().finish();
  ASSERT_TRUE(reading.ok()) << reading.text();
  EXPECT_THAT(reading.print(), Not(HasSubstr("PRIVATE KEY")));

  SystemRandom random;
  const auto request = sign_in_request(client, now, random);
  ASSERT_TRUE(request);
  EXPECT_FALSE(net::find_header(request->headers, "authorization"));
  EXPECT_THAT(request->body, testing::StartsWith("grant_type=client_credentials&scope=x&client_id=me%3A1&"));
  EXPECT_EQ(member(request->body, "client_assertion_type"),
            "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer");
  const auto assertion = parse_jws(member(request->body, "client_assertion"));
  ASSERT_TRUE(assertion) << assertion.error();
  EXPECT_EQ(assertion->header, R"({"alg":"ES256","typ":"JWT","kid":"k1"})");
  boost::json::object claims = boost::json::parse(assertion->claims).as_object();
  const std::string jti(claims.at("jti").as_string());
  EXPECT_EQ(jti.size(), 32u);
  claims.erase("jti");
  EXPECT_EQ(claims, (boost::json::object{{"iss", "me:1"},
                                         {"sub", "me:1"},
                                         {"aud", "http://a/token?x=1"},
                                         {"iat", 1'795'000'000},
                                         {"exp", 1'795'000'120}}));
  const std::unique_ptr<BIO, decltype(&BIO_free)> pem(BIO_new_mem_buf(us.key.data(), -1), BIO_free);
  const Jwk ours{.kid = "k1",
                 .kty = "EC",
                 .use = "",
                 .alg = "",
                 .crv = "P-256",
                 .key = {PEM_read_bio_PrivateKey(pem.get(), nullptr, nullptr, nullptr), EVP_PKEY_free},
                 .unusable = ""};
  EXPECT_TRUE(verify(*assertion, ours));
  EXPECT_THAT(sign_in_request(client, now, random)->body,
              Not(HasSubstr(member(request->body, "client_assertion"))))
      << "each is good once";

  Reading named(keys + "\n    assertion_audience: 'http://a'");
  const auto other = sign_in_request(read_oauth(named.fields()), now, random);
  EXPECT_THAT(parse_jws(member(other->body, "client_assertion"))->claims, HasSubstr(R"("aud":"http://a")"));
}

TEST(SignIn, MistakesAreTold) {
  Reading both("url: 'ftp://a'\n    json: {a: b}\n    form: {a: b}\n    token: access_token");
  read_login(both.fields());
  for (const std::string_view part : {".url", "exclude each other", "begins with /"})
    EXPECT_THAT(both.text(), HasSubstr(part));
  Reading empty("style: mac");
  read_oauth(empty.fields());
  for (const std::string_view part : {"token_url", "client_id", "client_secret", "style"})
    EXPECT_THAT(empty.text(), HasSubstr(part));
  for (const auto& [keys, words] :
       {std::pair<std::string, std::string>{"", ".key: required"},
        {"key: geheim", ".key: is not a private key"},
        {"alg: RS256\n    key: " + yaml_pem(test::self_signed().key), ".key: is not an RSA key"},
        {"client_secret: geheim", "client_secret: has no use with private_key_jwt"}}) {
    Reading signer("token_url: 'http://a'\n    client_id: a\n    style: private_key_jwt\n    " + keys);
    read_oauth(signer.fields());
    EXPECT_THAT(signer.text(), testing::AllOf(HasSubstr(words), Not(HasSubstr("geheim")))) << keys;
  }
}

TEST(SignIn, OnlyATokenIsASuccess) {
  const SignIn nested{.request = {}, .token = "/data/0/t", .expires = ""};
  EXPECT_EQ(told(response(200, R"({"access_token":"abc"})")), "a token");
  EXPECT_EQ(told(response(201, R"({"data":[{"t":"abc"}]})"), nested), "a token");
  const struct {
    net::HttpResponse seen;
    std::string words;
  } rows[] = {
      {response(401, R"({"error":"invalid_client","error_description":"no"})"),
       "auth answered 401: invalid_client, no"},
      {response(400, R"({"error":"invalid_scope"})"), "auth answered 400: invalid_scope"},
      {response(403, "<html>"), "auth answered 403, with a page of HTML"},
      {response(422, R"({"detail":[1]})"), "auth answered 422"},
      {response(429, ""), "rate_limited answered 429"},
      {response(500, R"({"detail":"Database\nis gone"})"), "status answered 500: Database\\nis gone"},
      {response(404, ""), "status answered 404"},
      {response(302, "", {{"Location", "/login?next=/a"}}), "status answered 302, a redirect to /login"},
      {response(200, ""), "assertion answered 200 with an empty body"},
      {response(200, "<html><title>Sign in"), "assertion answered 200 with a page of HTML"},
      {response(200, "[]"), "assertion answered 200 with something that is no JSON object"},
      {response(200, R"({"status":"error","message":"Wrong password"})"),
       "assertion answered 200 without a token at /access_token: Wrong password; it holds status, message"},
      {response(200, R"({"token":"geheim"})"),
       "assertion answered 200 without a token at /access_token; it holds token"},
      {response(200, R"({"access_token":""})"),
       "assertion answered 200 without a token at /access_token; it holds access_token"},
      {response(200, R"({"access_token":7})"),
       "assertion answered 200 without a token at /access_token; it holds access_token"},
      {response(200, R"({"access_token":"a\r\nX-Evil: 1"})"),
       "assertion answered 200 with a token that no header could carry"},
  };
  for (const auto& row : rows) EXPECT_EQ(told(row.seen), row.words);
}

TEST(SignIn, MutationsNeverGiveATokenThatBreaksAHeader) {
  const std::string good =
      R"({"access_token":"abc.def","token_type":"Bearer","expires_in":900,"scope":"a\u0000b"})";
  std::uint32_t seed = 3;
  const auto next = [&seed] { return (seed = seed * 1664525u + 1013904223u) >> 8; };
  int tokens = 0;
  for (int round = 0; round < 5000; ++round) {
    std::string text = good;
    for (unsigned edits = 1 + next() % 3; edits > 0; --edits)
      text[next() % text.size()] = static_cast<char>(next());
    const auto judged = judge_sign_in({}, response(200, text), now);
    if (!judged) continue;
    ++tokens;
    for (const char c : judged->token.reveal()) EXPECT_TRUE(c > ' ' && c <= '~');
    if (judged->lifetime) EXPECT_GE(*judged->lifetime, 0s);
  }
  EXPECT_GT(tokens, 100);
}

TEST(SignIn, HowLongItIsGoodIsReadInEveryForm) {
  const auto lifetime = [](const std::string& members) {
    const auto judged = judge_sign_in({}, response(200, R"({"access_token":"abc")" + members + "}"), now);
    return judged ? judged->lifetime : std::optional<Duration>(-1s);
  };
  EXPECT_EQ(lifetime(R"(,"expires_in":900)"), 900s);
  EXPECT_EQ(lifetime(R"(,"expires_in":"900")"), 900s);
  EXPECT_EQ(lifetime(R"(,"expires_in":1795000060)"), 60s) << "a moment";
  EXPECT_EQ(lifetime(R"(,"expires_in":1795000060000)"), 60s) << "in milliseconds";
  EXPECT_EQ(lifetime(R"(,"expires_in":"2026-11-18T13:07:40Z")"),
            parse_time("2026-11-18T13:07:40Z").value() - now);
  EXPECT_EQ(lifetime(R"(,"expires_in":1)"), 1s);
  for (const char* odd :
       {"", R"(,"expires_in":-1)", R"(,"expires_in":0)", R"(,"expires_in":null)", R"(,"expires_in":1e300)",
        R"(,"expires_in":99000000000)", R"(,"expires_in":"soon")"})
    EXPECT_EQ(lifetime(odd), std::nullopt) << odd;
  // The token's own word, by its own clock, which is an hour behind ours here.
  const std::string token =
      base64url(R"({"alg":"HS256"})") + "." + base64url(R"({"iat":1794996400,"exp":1794997300})") + ".abcd";
  const auto judged = judge_sign_in({}, response(200, R"({"access_token":")" + token + "\"}"), now);
  ASSERT_TRUE(judged);
  EXPECT_EQ(judged->lifetime, 900s);
}

}  // namespace
}  // namespace answerback
