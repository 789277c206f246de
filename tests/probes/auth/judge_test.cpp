#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "credentials/jwt.h"
#include "probes/auth/auth.h"
#include "probes/auth/issuer.h"
#include "probes/reading.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

const Secret shared("a secret of thirty-two characters");
const Wall noon(1'795'000'000s);
constexpr std::string_view good_claims =
    R"({"iss":"https://auth","aud":["platform","web"],"sub":"canary","env":"prod","iat":1795000000,"exp":1795000900})";

std::string token_of(std::string_view claims, const std::string& header = R"({"alg":"HS256","kid":"k1"})") {
  return *signed_with(shared, "HS256", header, claims);
}

net::HttpResponse response(unsigned status, std::string body, net::Headers headers = {}) {
  return {.status = status, .headers = std::move(headers), .body = std::move(body), .url = {}};
}

std::string told(const Failure& failure) { return std::string(name(failure.reason)) + " " + failure.detail; }

// --- the token

TokenRules rules_of(const std::string& keys) {
  Reading reading(keys);
  TokenRules rules = read_token_rules(reading.fields());
  EXPECT_TRUE(reading.ok()) << reading.text();
  return rules;
}

TEST(AuthToken, EveryRuleIsHeld) {
  const std::string header = R"({"alg":"HS256"})";
  const struct {
    std::string keys, token, words;
  } rows[] = {
      {"issuer: 'https://auth'\n    audience: web\n    subject: canary\n    required: [env]\n    alg: "
       "[HS256]\n"
       "    claims: {/env: prod}\n    lifetime: {min: 15m, max: 15m}",
       token_of(good_claims), "good"},
      {"audience: mobile", token_of(good_claims),
       R"(assertion the token has the aud ["platform","web"], wanted "mobile")"},
      {"audience: a", token_of(R"({"aud":"b"})"), R"(assertion the token has the aud "b", wanted "a")"},
      {"audience: a", token_of("{}"), R"(assertion the token has the aud none, wanted "a")"},
      {"issuer: 'https://auth/'", token_of(good_claims),
       R"(assertion the token has the iss "https://auth", wanted "https://auth/")"},
      {"subject: x", token_of(good_claims), R"(assertion the token has the sub "canary", wanted "x")"},
      {"required: [scope]", token_of(good_claims), R"(assertion the token has no claim "scope")"},
      {"alg: [RS256]", token_of(good_claims),
       R"(assertion the token is signed with "HS256", which is not allowed)"},
      {"claims: {/env: test}", token_of(good_claims),
       R"(assertion the token has other claims than wanted: /env: wanted "test", got "prod")"},
      {"lifetime: {max: 14m}", token_of(good_claims),
       "assertion the token lives 15 min, wanted at most 14 min"},
      {"lifetime: {min: 1h}", token_of(good_claims),
       "assertion the token lives 15 min, wanted at least 60 min"},
      {"lifetime: {max: 1h}", token_of("{}"), "assertion the token never expires: it has no exp"},
      {"form: any", token_of(R"({"exp":1794999970})"), "auth the token has expired 30 s ago"},
      {"form: any", token_of(R"({"nbf":1795000100})"), "assertion the token is good only in 100 s (nbf)"},
      {"form: any", token_of(R"({"nbf":1795000050})"), "good"},
      {"form: any", token_of(R"({"exp":1795000900000})"),
       "assertion the token has an exp in milliseconds, which is the year 50000"},
      {"form: any", token_of(R"({"exp":"later"})"), "assertion the token has an exp that is no number"},
      {"form: any", token_of(R"({"iat":-1})"), "assertion the token has a negative iat"},
      {"form: any", base64url(R"({"alg":"none"})") + "." + base64url("{}") + ".",
       R"(assertion the token is not signed (alg "none"))"},
      {"form: any", base64url(R"({"alg":"HS256"})") + "." + base64url("{}") + ".",
       R"(assertion the token is not signed (alg "HS256"))"},
      {"form: any", base64url(R"({"alg":"XS1"})") + "." + base64url("{}") + ".abcd",
       R"(assertion the token is signed with "XS1", which is not allowed)"},
      {"form: any", "b1f0a7c2-opaque.token", "good"},
      {"form: jwt", "b1f0a7c2", "assertion the token has 1 part instead of 3"},
      {"form: any", "eyJhbGciOiJIUzI1NiJ9.e30", "assertion the token has 2 parts instead of 3"},
      {"form: opaque", "eyJhbGciOiJIUzI1NiJ9.e30", "good"},
  };
  for (const auto& row : rows) {
    const auto seen = judge_token(rules_of(row.keys), row.token, noon);
    EXPECT_EQ(seen ? "good" : told(seen.error()), row.words) << row.keys << " " << row.token;
  }
}

TEST(AuthToken, EvidenceShowsWhatExplainsAndNoOther) {
  const auto seen = judge_token({}, token_of(R"({"iss":"a","email":"me@home","exp":1795000900})"), noon);
  ASSERT_TRUE(seen);
  EXPECT_EQ(token_evidence(*seen), "alg HS256, kid \"k1\"\niss: \"a\"\nexp: 1795000900");
  EXPECT_EQ(token_evidence({}), "an opaque token");
}

// --- the issuer

TEST(AuthIssuer, MetadataStandInTwoPlaces) {
  EXPECT_EQ(openid_place("https://auth/realms/a/"), "https://auth/realms/a/.well-known/openid-configuration");
  EXPECT_EQ(oauth_place(net::parse_url("https://auth/realms/a", {"https"}).value()),
            "https://auth/.well-known/oauth-authorization-server/realms/a");
  EXPECT_EQ(oauth_place(net::parse_url("https://auth", {"https"}).value()),
            "https://auth/.well-known/oauth-authorization-server");
}

TEST(AuthIssuer, MetadataAreHeldToTheLetter) {
  const auto said = [](const net::HttpResponse& seen, std::string_view issuer = "https://auth") {
    const auto keys = judge_metadata(issuer, seen);
    return keys ? keys->text() : told(keys.error());
  };
  EXPECT_EQ(said(response(200, R"({"issuer":"https://auth","jwks_uri":"https://keys/a?b=c"})")),
            "https://keys/a?b=c");
  EXPECT_EQ(said(response(200, R"({"issuer":"https://auth/","jwks_uri":"https://keys"})")),
            "assertion it calls itself \"https://auth/\", configured is \"https://auth\"");
  EXPECT_EQ(said(response(200, R"({"issuer":"https://auth"})")), "assertion it names no jwks_uri");
  EXPECT_THAT(said(response(200, R"({"issuer":"https://auth","jwks_uri":"file:///etc/passwd"})")),
              testing::StartsWith("assertion its jwks_uri \"file:///etc/passwd\" "));
  EXPECT_EQ(said(response(200, R"({"issuer":"https://auth","jwks_uri":"http://auth/keys"})")),
            "assertion its keys come without TLS: http://auth/keys");
  EXPECT_EQ(said(response(200, "<html><title>Sign in</title>")),
            "assertion wanted a JSON object, got an HTML page \"Sign in\"");
  EXPECT_THAT(said(response(503, "")), testing::StartsWith("status "));
}

const std::string ec_key = R"("kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                           R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")";
// RFC 7515 A.3.
const std::string ec_token =
    "eyJhbGciOiJFUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

std::string set_of(std::initializer_list<std::string> members) {
  std::string keys;
  for (const std::string& each : members) keys += (keys.empty() ? "{" : ",{") + each + "}";
  return R"({"keys":[)" + keys + "]}";
}

TEST(AuthIssuer, KeysMustBeUsableAndPublicOnly) {
  const auto said = [](const std::string& body) {
    const auto keys = judge_keys(response(200, body));
    return keys ? "good" + (keys->doubtful.empty() ? "" : ", " + keys->doubtful) : told(keys.error());
  };
  EXPECT_EQ(said(set_of({ec_key, R"("kty":"XYZ")"})), "good") << "one is enough";
  EXPECT_EQ(said(set_of({R"("kid":"a",)" + ec_key, R"("kid":"b",)" + ec_key})), "good");
  EXPECT_EQ(said(set_of({R"("kid":"a",)" + ec_key, R"("kid":"b",)" + ec_key, R"("kid":"a",)" + ec_key})),
            "good, two keys of the set share the kid \"a\"");
  EXPECT_EQ(said(set_of({R"("kid":"a","d":"AAAA",)" + ec_key})),
            "assertion the key \"a\" is published with its private half: anyone can sign");
  EXPECT_EQ(said(set_of({})), "assertion no key of the set can verify a token: it is empty");
  EXPECT_EQ(
      said(set_of({R"("kid":"a","use":"enc",)" + ec_key, R"("kty":"RSA")"})),
      "assertion no key of the set can verify a token: \"a\": made for something other than signatures; "
      "without a kid: an RSA key without its numbers");
  EXPECT_EQ(said("<html><title>Oops</title>"), "assertion the key set is no JSON: an HTML page \"Oops\"");
}

TEST(AuthIssuer, ATokenIsVerifiedByTheKeyItNames) {
  const auto said = [](const std::string& set, const std::string& kid, std::string alg = "ES256") {
    Jws token = parse_jws(ec_token).value();
    token.kid = kid;
    token.alg = std::move(alg);
    const auto good = verify_by(judge_keys(response(200, set)).value().keys, token);
    return good ? "good" : told(good.error());
  };
  const std::string other =
      R"("kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")";
  const std::string wrong = R"("kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",)"
                            R"("y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM")";
  EXPECT_EQ(said(set_of({other, ec_key}), ""), "good") << "no kid: whichever fits";
  EXPECT_EQ(said(set_of({wrong, ec_key}), ""), "good");
  EXPECT_EQ(said(set_of({R"("kid":"a",)" + wrong, R"("kid":"a",)" + ec_key}), "a"), "good") << "a shared kid";
  EXPECT_EQ(
      said(set_of({R"("kid":"a",)" + ec_key}), "b"),
      "auth_split_brain the token is signed by the key \"b\", which the issuer does not publish; it has a");
  EXPECT_EQ(
      said(set_of({R"("kid":"a",)" + wrong}), "a"),
      "auth_split_brain the token does not verify by the issuer's keys (kid \"a\"): its signature is not "
      "that of the key");
  EXPECT_EQ(said(set_of({R"("kid":"a",)" + other}), "a"),
            "auth_split_brain the issuer has no key for ES256 under the kid \"a\"");
  EXPECT_EQ(said(set_of({R"("kid":"a","alg":"ES384",)" + ec_key}), "a"),
            "auth_split_brain the issuer has no key for ES256 under the kid \"a\"");
}

TEST(AuthIssuer, RotationIsTold) {
  EXPECT_EQ(rotation({"a", "b"}, {"a", "b"}), "");
  EXPECT_EQ(rotation({"a", "b"}, {"b", "c"}), "new c, gone a");
  EXPECT_EQ(rotation({}, {"a"}), "new a");
  EXPECT_EQ(rotation({"a"}, {}), "gone a");
  EXPECT_LT(rotation({}, std::vector<std::string>(100, std::string(100, 'x'))).size(), 300u);
}

// --- who accepts it

std::string said(const Access& access) {
  using Kind = Access::Kind;
  return std::string(access.kind == Kind::accepted  ? "accepted "
                     : access.kind == Kind::refused ? "refused "
                                                    : "unclear ") +
         std::string(name(access.reason)) + ": " + access.words;
}

TEST(AuthAccess, AStatusAloneDoesNotSayIt) {
  const struct {
    net::HttpResponse seen;
    std::string words;
  } rows[] = {
      {response(200, R"({"id":7})"), "accepted : answered 200"},
      {response(204, ""), "accepted : answered 204"},
      {response(200, R"({"valid":true,"error":null,"errors":[]})"), "accepted : answered 200"},
      {response(200, "<html><title>App</title>"), "accepted : answered 200"},
      {response(401, ""), "refused auth: answered 401"},
      {response(403, "no"), "refused forbidden: answered 403"},
      {response(400, ""), "refused auth: answered 400"},
      {response(422, ""), "refused auth: answered 422"},
      {response(404, ""), "refused auth: answered 404"},
      {response(302, "", {{"Location", "https://sso/login?back=1"}}),
       "refused auth: answered 302, a redirect to https://sso/login"},
      {response(200, R"(<html><title>Sign in</title><input type="password">)"),
       "refused auth: answered 200, but an HTML page \"Sign in\" with a password field"},
      {response(200, R"({"valid":false})"), "refused auth: answered 200, but valid is false"},
      {response(200, R"({"error":"invalid_token"})"),
       "refused auth: answered 200, but error is \"invalid_token\""},
      {response(200, R"({"status":401})"), "refused auth: answered 200, but status is 401"},
      {response(200, R"({"type":"error"})"), "refused auth: answered 200, but type is \"error\""},
      {response(429, ""), "unclear rate_limited: answered 429"},
      {response(500, "boom"), "unclear status: answered 500: boom"},
      {response(503, ""), "unclear status: answered 503"},
      {response(408, ""), "unclear status: answered 408"},
  };
  for (const auto& row : rows) EXPECT_EQ(said(judge_access({}, row.seen)), row.words);
  Expect expect;
  expect.json = JsonExpect::parse(R"({"/data/me/id":{"exists":true}})").value();
  EXPECT_EQ(said(judge_access(expect, response(200, R"({"data":{"me":{"id":1}},"errors":[1]})"))),
            "accepted : answered 200")
      << "who says what to expect is believed";
  EXPECT_THAT(
      said(judge_access(expect, response(200, R"({"data":{"me":null}})"))),
      testing::StartsWith("refused auth: answered 200, but not as to one who is let in: /data/me/id: "));
}

TEST(AuthAccess, ThatNothingIsThereSaysNothingOfAGoodToken) {
  for (const unsigned status : {404U, 405U, 410U, 415U})
    EXPECT_EQ(said(judge_entry({}, response(status, ""))),
              "unclear status: answered " + std::to_string(status) +
                  ", which says nothing of the token (are url and method right?)");
  EXPECT_EQ(said(judge_entry({}, response(401, ""))), "refused auth: answered 401");
  EXPECT_EQ(said(judge_entry({}, response(200, ""))), "accepted : answered 200");
  Expect gone;
  gone.status = {{404, 404}};
  EXPECT_EQ(said(judge_entry(gone, response(404, ""))), "accepted : answered 404");
}

TEST(AuthAccess, IntrospectionIsReadByItsBody) {
  EXPECT_EQ(said(judge_introspection(response(200, R"({"active":true})"))),
            "accepted : answered active: true");
  EXPECT_EQ(said(judge_introspection(response(200, R"({"active":false})"))),
            "refused auth: answered 200 with active: false");
  EXPECT_EQ(said(judge_introspection(response(200, R"({"active":"true"})"))),
            "unclear assertion: answered without `active`: {\"active\":\"true\"}");
  EXPECT_EQ(said(judge_introspection(response(200, "ok"))),
            "unclear assertion: answered without `active`: ok");
  EXPECT_EQ(said(judge_introspection(response(401, ""))),
            "unclear auth: answered 401: we may not ask; see client_id and client_secret");
  EXPECT_EQ(said(judge_introspection(response(404, ""))), "unclear status: answered 404");
}

TEST(AuthAccess, ServicesThatDisagreeAreASplitBrain) {
  const Access yes{.kind = Access::Kind::accepted, .words = "answered 200"};
  const Access no{.kind = Access::Kind::refused, .reason = Reason::auth, .words = "answered 401"};
  const Access forbidden{.kind = Access::Kind::refused, .reason = Reason::forbidden, .words = "answered 403"};
  const Access broken{.kind = Access::Kind::unclear, .reason = Reason::status, .words = "answered 500"};
  const auto verdict = [](std::vector<Access> all) {
    std::vector<Opinion> opinions;
    for (Access& each : all)
      opinions.push_back({std::string(1, static_cast<char>('A' + opinions.size())), each});
    const auto failure = judge_opinions(opinions);
    return failure ? told(*failure) : "good";
  };
  EXPECT_EQ(verdict({yes, yes}), "good");
  EXPECT_EQ(verdict({yes, no}), "auth_split_brain A accepts the token, B refuses it (answered 401)");
  EXPECT_EQ(verdict({no, broken, yes}), "auth_split_brain C accepts the token, A refuses it (answered 401)");
  EXPECT_EQ(verdict({no, no}), "auth A refuses a token just received: it answered 401");
  EXPECT_EQ(verdict({yes, forbidden}), "forbidden B refuses a token just received: it answered 403");
  EXPECT_EQ(verdict({yes, broken}), "status B: answered 500");
  EXPECT_EQ(verdict({broken, no}), "auth B refuses a token just received: it answered 401");
}

// --- forgeries

struct Fixed final : Random {
  std::uint64_t bits() override { return state = state * 6364136223846793005u + 1442695040888963407u; }
  std::uint64_t state = 1;
};

Original original_of(std::string token, Secret secret) {
  Original original{.token = token,
                    .seen = judge_token({}, token, noon).value(),
                    .secret = std::move(secret),
                    .outlived = {}};
  return original;
}

TEST(AuthForgery, EachIsWrongInOneWayOnly) {
  Fixed random;
  const Original original = original_of(token_of(good_claims), shared);
  const auto made = [&](Forgery each) { return forge(each, original, noon, random); };
  EXPECT_EQ(made(Forgery::no_token), "");
  EXPECT_FALSE(parse_jws(*made(Forgery::garbage)));

  const Jws expired = parse_jws(*made(Forgery::expired)).value();
  EXPECT_TRUE(verify(expired, shared)) << "well signed";
  EXPECT_EQ(expired.kid, "k1");
  auto claims = boost::json::parse(expired.claims).as_object();
  EXPECT_EQ(claims["exp"].as_int64(), 1795000000 - 3600);
  claims["exp"] = 1795000900;
  claims["iat"] = 1795000000;
  EXPECT_EQ(boost::json::value(claims), boost::json::parse(good_claims)) << "and nothing else is changed";

  const Jws badly = parse_jws(*made(Forgery::wrong_secret)).value();
  EXPECT_FALSE(verify(badly, shared));
  EXPECT_EQ(badly.claims, good_claims);
  EXPECT_EQ(badly.signature.size(), 32u);

  const std::string naked = *made(Forgery::alg_none);
  EXPECT_TRUE(naked.ends_with('.'));
  EXPECT_EQ(parse_jws(naked)->alg, "none");
  EXPECT_EQ(parse_jws(naked)->claims, good_claims);

  const Jws elsewhere = parse_jws(*made(Forgery::wrong_audience)).value();
  EXPECT_TRUE(verify(elsewhere, shared));
  EXPECT_EQ(std::string(boost::json::parse(elsewhere.claims).at("aud").as_string()), "answerback-nobody");
  EXPECT_EQ(boost::json::parse(elsewhere.claims).at("exp").as_int64(), 1795000900);
}

TEST(AuthForgery, WhatCannotBeMadeIsLeftOut) {
  Fixed random;
  const auto can = [&](const Original& original) {
    std::string made;
    for (const Forgery each : forgeries())
      if (forge(each, original, noon, random)) made += std::string(name(each)) + " ";
    return made;
  };
  EXPECT_EQ(can(original_of("opaque", {})), "no_token garbage ");
  EXPECT_EQ(can(original_of(token_of(good_claims), {})), "no_token garbage wrong_secret alg_none ");
  EXPECT_EQ(can(original_of(token_of("{}"), shared)), "no_token garbage expired wrong_secret alg_none ");
  Original aged = original_of("opaque", {});
  aged.outlived = "an old one";
  EXPECT_EQ(can(aged), "no_token garbage expired ");
  EXPECT_EQ(forge(Forgery::expired, aged, noon, random), "an old one");

  const Original public_key{
      .token = ec_token, .seen = {.jws = parse_jws(ec_token).value()}, .secret = {}, .outlived = {}};
  const Jws badly = parse_jws(*forge(Forgery::wrong_secret, public_key, noon, random)).value();
  EXPECT_EQ(badly.signed_part, public_key.seen.jws->signed_part);
  EXPECT_EQ(badly.signature.size(), 64u);
  EXPECT_NE(badly.signature, public_key.seen.jws->signature);
}

TEST(AuthForgery, OneAcceptedIsABypassAndSilenceIsNoRefusal) {
  const Access yes{.kind = Access::Kind::accepted, .words = "answered 200"};
  const Access no{.kind = Access::Kind::refused, .reason = Reason::auth, .words = "answered 401"};
  const Access broken{.kind = Access::Kind::unclear, .reason = Reason::status, .words = "answered 500"};
  const auto verdict = [](std::vector<Tried> tried) {
    const auto judged = judge_forgeries("http://a", tried);
    return judged ? std::string(name(judged->verdict)) + " " + std::string(name(judged->reason)) + " " +
                        judged->detail
                  : "good";
  };
  EXPECT_EQ(verdict({{Forgery::no_token, no}, {Forgery::alg_none, no}}), "good");
  EXPECT_EQ(verdict({{Forgery::no_token, no}, {Forgery::alg_none, yes}, {Forgery::expired, yes}}),
            "fail auth_bypass http://a accepts a token without a signature (alg none) (answered 200), a "
            "token whose "
            "time is over (answered 200)");
  EXPECT_EQ(verdict({{Forgery::garbage, broken}, {Forgery::alg_none, yes}}),
            "fail auth_bypass http://a accepts a token without a signature (alg none) (answered 200)");
  EXPECT_EQ(verdict({{Forgery::garbage, broken}, {Forgery::alg_none, no}}),
            "warn status not known whether http://a refuses a token of random letters (answered 500)");
}

TEST(AuthForgery, EachHasAPhaseOfItsName) {
  for (const Forgery each : forgeries()) EXPECT_EQ(name(phase_of(each)), name(each));
}

// --- the settings

TEST(ReadAuth, MistakesAreTold) {
  Reading none(
      "issuer: 'not a url'\n    refuse: [everything, wrong_audience]\n    also: ['ftp://b']\n    jwks_url: "
      "x\n"
      "    token: {alg: [HS1], claims: {env: prod}}\n    secrt: x");
  read_auth(none.fields());
  none.fields().finish();
  for (const std::string_view part :
       {"needs one of `login`, `oauth` and `credentials`", ".issuer",
        "everything is none of no_token, garbage", "wrong_audience can be made with the `secret` only",
        "ftp://b", ".jwks_url", "no algorithm: HS1", "token.claims", "needs `protected` or `validate`",
        "did you mean \"secret\""})
    EXPECT_THAT(none.text(), HasSubstr(part));
  Reading two("login: {url: 'http://a'}\n    oauth: {token_url: 'http://a', client_id: a, client_secret: b}");
  read_auth(two.fields());
  EXPECT_THAT(two.text(), HasSubstr("needs one of"));
}

TEST(ReadAuth, DefaultsAreAllThatCanBeTried) {
  Reading reading(
      "login: {url: 'http://a/login', json: {user: u, password: geheim1}}\n    secret: geheim2\n"
      "    issuer: 'http://a'\n    protected: {url: 'http://b/me'}");
  const AuthSettings settings = read_auth(reading.fields());
  reading.fields().finish();
  EXPECT_TRUE(reading.ok()) << reading.text();
  EXPECT_EQ(settings.refuse.size(), forgeries().size());
  EXPECT_EQ(settings.negative_every, 10);
  EXPECT_EQ(settings.token.issuer, "http://a");
  EXPECT_EQ(settings.clock_warn, 30s);
  EXPECT_THAT(reading.print(), Not(HasSubstr("geheim")));
}

}  // namespace
}  // namespace answerback::probes
