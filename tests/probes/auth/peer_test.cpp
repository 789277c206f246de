// The probe `auth` against a platform that misbehaves in every way it can.
#include "probe/within.h"
#include "probes/auth/harness.h"
#include "probes/http/http.h"
#include "probes/websocket/websocket.h"
#include "support/moved_clock.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

using Auth = AtPlatform;

TEST_F(Auth, AGoodPlatformPasses) {
  EXPECT_EQ(run(guarded()),
            "pass: signed in, HS256 token for 15 min, verified, accepted by 1 service, 6 forgeries refused");
  EXPECT_EQ(platform.asked["/me"], 7);
  EXPECT_THAT(frames(), HasSubstr("--- alg_none\nGET " + here() + "/me\nHTTP 401"));
  std::vector<std::string_view> entered;
  for (const PhaseTime& each : seen.phases.times()) entered.push_back(name(each.phase));
  EXPECT_THAT(entered, testing::ElementsAre("sign_in", "token", "keys", "access", "no_token", "garbage",
                                            "expired", "wrong_secret", "alg_none", "wrong_audience"));
}

TEST_F(Auth, NoTokenIsEverShown) {
  platform.says["/other"] = http_answer(401, "bad");
  run(guarded("\n    also: " + at("/other")));
  EXPECT_THAT(frames(), HasSubstr("<secret>")) << "/me repeats what it was given";
  EXPECT_THAT(frames() + seen.result.detail, Not(HasSubstr("eyJ")));
  EXPECT_THAT(frames() + reading->print(), Not(HasSubstr("geheim")));

  platform.takes_none = true;  // and repeats it
  EXPECT_THAT(run(guarded()), testing::StartsWith("fail auth_bypass"));
  EXPECT_THAT(frames() + seen.result.detail, Not(HasSubstr("eyJ")));
}

TEST_F(Auth, EachForgeryThatIsAcceptedIsABypassInAPhaseOfItsName) {
  const struct {
    bool Platform::* broken;
    std::string phase, words;
  } rows[] = {
      {&Platform::takes_nobody, "no_token", "a request without a token"},
      {&Platform::takes_expired, "expired", "a token whose time is over"},
      {&Platform::takes_any_signature, "wrong_secret", "a token with a wrong signature"},
      {&Platform::takes_none, "alg_none", "a token without a signature (alg none)"},
      {&Platform::takes_any_audience, "wrong_audience", "a token made for another audience"},
  };
  for (const auto& row : rows) {
    platform.*row.broken = true;
    EXPECT_EQ(run(guarded()), "fail auth_bypass: " + here() + "/me accepts " + row.words + " (answered 200)");
    EXPECT_EQ(phase(), row.phase);
    platform.*row.broken = false;
  }
}

TEST_F(Auth, ABypassIsLookedForAgainUntilItIsGone) {
  run(guarded("\n    negative_every: 3"));
  EXPECT_EQ(platform.asked["/me"], 7);
  platform.takes_none = true;
  EXPECT_THAT(again(), testing::StartsWith("pass"));
  EXPECT_THAT(again(), testing::StartsWith("pass"));
  EXPECT_EQ(platform.asked["/me"], 9) << "not in every run";
  for (int i = 0; i < 3; ++i) EXPECT_THAT(again(), testing::StartsWith("fail auth_bypass"));
  platform.takes_none = false;
  EXPECT_THAT(again(), testing::StartsWith("pass"));
  const int before = platform.asked["/me"];
  again();
  EXPECT_EQ(platform.asked["/me"], before + 1);
}

TEST_F(Auth, EveryWayToRefuseIsOne) {
  for (const std::string& refusal :
       {http_answer(403), http_answer(404), http_answer(302, "", "Location: /login\r\n"),
        http_answer(200, R"({"error":"not authenticated"})"), http_answer(200, R"({"valid":false})"),
        http_answer(200, "<html><title>Sign in</title><input type=password>")}) {
    platform.refusal = refusal;
    EXPECT_THAT(run(guarded()), testing::StartsWith("pass")) << refusal;
  }
}

TEST_F(Auth, WhereNothingIsTheGoodTokenWasNotRefused) {
  platform.says["/me"] = http_answer(404);
  EXPECT_THAT(run(guarded()), testing::StartsWith("fail status: " + here() +
                                                  "/me: answered 404, which says nothing of the token"));
}

TEST_F(Auth, WhatSaysNothingIsNoRefusal) {
  platform.refusal = http_answer(500, "Traceback");
  EXPECT_THAT(run(guarded()),
              testing::StartsWith("warn status: not known whether " + here() +
                                  "/me refuses a request without a token (answered 500: Traceback), "));
  platform.refusal = http_answer(401);
  EXPECT_THAT(again(), testing::StartsWith("pass")) << "tried again in the next run";

  platform.refusal = http_answer(429);
  EXPECT_THAT(run(guarded()), testing::StartsWith("warn rate_limited: not known"));
  const int before = platform.asked["/me"];
  EXPECT_THAT(again(), testing::StartsWith("warn rate_limited: not known"));
  EXPECT_EQ(platform.asked["/me"], before + 1) << "who asks for fewer requests gets fewer";
}

TEST_F(Auth, SilenceToAForgeryCostsItsShareOnly) {
  platform.silent = "none";
  EXPECT_EQ(run(guarded(), 700ms),
            "warn read_timeout: not known whether " + here() +
                "/me refuses a request without a token (no answer in time), a token without a "
                "signature (alg none) (no answer in time)");
}

TEST_F(Auth, ServicesWithSecretsOfTheirOwnAreASplitBrain) {
  platform.checks = Secret("another secret of thirty-two bytes");
  EXPECT_EQ(run(guarded()), "fail auth: " + here() + "/me refuses a token just received: it answered 401");
  platform.says["/validate"] = http_answer(200, R"({"valid":true})");
  EXPECT_EQ(run(guarded("\n    validate: {url: " + at("/validate") + "}")),
            "fail auth_split_brain: " + here() + "/validate accepts the token, " + here() +
                "/me refuses it (answered 401)");
  EXPECT_EQ(phase(), "access");
  platform.checks = platform.signs;
  platform.says["/other"] = http_answer(401);
  EXPECT_EQ(run(guarded("\n    also: [" + at("/other") + "]")), "fail auth_split_brain: " + here() +
                                                                    "/me accepts the token, " + here() +
                                                                    "/other refuses it (answered 401)");
  platform.signs = platform.checks = Secret("a third secret, of thirty-two bytes");
  EXPECT_EQ(run(guarded()),
            "fail auth_split_brain: the token does not verify: its signature is not that of the secret; "
            "whoever issues "
            "tokens has another one than is configured here");
  EXPECT_EQ(phase(), "keys");
}

TEST_F(Auth, ServicesAreReadByTheirBody) {
  platform.says["/validate"] = http_answer(200, R"({"valid":false,"error":"expired"})");
  EXPECT_EQ(
      run("login: {url: " + at("/login") + "}\n    validate: {url: " + at("/validate") + ", send: json}"),
      "fail auth: " + here() +
          "/validate refuses a token just received: it answered 200, but valid is false");
  platform.says["/introspect"] = http_answer(200, R"({"active":false})");
  EXPECT_EQ(run("login: {url: " + at("/login") + "}\n    introspect: {url: " + at("/introspect") + "}"),
            "fail auth: " + here() +
                "/introspect refuses a token just received: it answered 200 with active: false");
  EXPECT_EQ(phase(), "introspection");
  run("login: {url: " + at("/login") + "}\n    introspect: {url: " + at("/introspect") +
      ", client_id: 'a b', client_secret: 'c+d'}");
  EXPECT_THAT(platform.newest["/introspect"], HasSubstr("\r\nAuthorization: Basic YSUyMGI6YyUyQmQ=\r\n"))
      << "encoded, as at the token endpoint";
}

TEST_F(Auth, AClientMayProveItselfByItsKey) {
  std::string key = test::self_signed().key;
  for (std::size_t at = 0; (at = key.find('\n', at)) != std::string::npos; at += 2) key.replace(at, 1, "\\n");
  const auto assertion = [this] {
    const std::string& request = platform.newest["/login"];
    const std::size_t begin = request.find("&client_assertion=");
    return begin == std::string::npos ? "" : request.substr(begin + 18);
  };
  EXPECT_THAT(run("oauth: {token_url: " + at("/login") +
                  ", client_id: canary, style: private_key_jwt, alg: ES256, key: \"" + key + "\"}"),
              testing::StartsWith("pass: signed in"));
  const std::string first = assertion();
  ASSERT_TRUE(parse_jws(first));
  EXPECT_THAT(parse_jws(first)->claims, HasSubstr(R"("iss":"canary")"));
  again();
  EXPECT_NE(assertion(), first) << "each is good once";
}

TEST_F(Auth, ASignInThatFailsIsNamed) {
  const struct {
    std::string answer, words;
  } rows[] = {
      {http_answer(401, R"({"detail":"Wrong password"})"),
       "fail auth: AT/login: answered 401: Wrong password"},
      {http_answer(200, R"({"status":"success"})"),
       "fail assertion: AT/login: answered 200 without a token at /access_token; it holds status"},
      {http_answer(200, "<html><title>Sign in</title>"),
       "fail assertion: AT/login: answered 200 with a page of HTML"},
      {http_answer(303, "", "Location: /sso?next=%2F\r\n"),
       "fail status: AT/login: answered 303, a redirect to /sso"},
      {http_answer(200, std::string(300 * 1024, ' ')), "fail too_large"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{", "fail truncated"},
      {"SSH-2.0-OpenSSH\r\n", "fail protocol"},
  };
  for (const auto& row : rows) {
    platform.says["/login"] = row.answer;
    std::string words = row.words;
    if (const auto place = words.find("AT"); place != std::string::npos) words.replace(place, 2, here());
    EXPECT_THAT(run(guarded()), testing::StartsWith(words));
    EXPECT_EQ(phase(), "sign_in");
  }
}

TEST_F(Auth, ADeadlineNamesTheStageAndTheAddress) {
  platform.says["/me"] = "";
  const auto stage = [&]() -> asio::awaitable<int> {
    Run once{loop.clock, loop.clock.now() + 1s, seen.phases, seen.evidence, RunId{{1}, {1}}};
    co_await within(loop.clock, loop.clock.now() + 200ms, probe->run(once));
    co_return 0;
  };
  reading = std::make_unique<Reading>(guarded());
  probe = auth.make(reading->fields(), loop.services);
  test::finish(loop.io, stage());
  EXPECT_EQ(phase(), "access");
  EXPECT_EQ(seen.phases.late(), Reason::read_timeout);
  EXPECT_EQ(seen.phases.note(), here() + "/me, in processing");
}

// --- an issuer with keys

struct Issuer : Auth {
  const std::string ec = R"("kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                         R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")";

  void publish(const std::string& keys) { platform.says["/keys"] = http_answer(200, keys); }
  std::string look(const std::string& more = "") {
    return run("login: {url: " + at("/login") + "}\n    issuer: '" + here() +
               "'\n    token: {issuer: platform}" + more);
  }
  void SetUp() override {
    platform.says["/.well-known/openid-configuration"] =
        http_answer(200, R"({"issuer":")" + here() + R"(","jwks_uri":")" + here() + R"(/keys"})");
    publish(R"({"keys":[{"kid":"k1",)" + ec + "}]}");
  }
};

TEST_F(Issuer, IsReadAndItsKeysAreKept) {
  EXPECT_THAT(look(), testing::StartsWith("pass: signed in"));
  EXPECT_THAT(again(), testing::StartsWith("pass"));
  publish(R"({"keys":[{"kid":"k2",)" + ec + "}]}");
  EXPECT_EQ(again(), "warn contract_drift: the issuer's keys have changed: new k2, gone k1");
  EXPECT_THAT(again(), testing::StartsWith("pass")) << "told once";
}

TEST_F(Issuer, WithAnotherNameOrBrokenKeysFails) {
  publish(R"({"keys":[{"kid":"k1",)" + ec + R"(},{"kid":"k1",)" + ec + "}]}");
  EXPECT_EQ(look(), "warn assertion: " + here() + "/keys: two keys of the set share the kid \"k1\"");
  publish(R"({"keys":[]})");
  EXPECT_EQ(look(), "fail assertion: " + here() + "/keys: no key of the set can verify a token: it is empty");
  EXPECT_EQ(phase(), "keys");
  publish(std::string(300 * 1024, ' '));
  EXPECT_THAT(look(), testing::StartsWith("fail too_large: "));
  std::string many = R"({"keys":[{"kid":"k",)" + ec + "}";
  for (int i = 0; i < 99; ++i) many += R"(,{"kid":"k)" + std::to_string(i) + "\"," + ec + "}";
  publish(many + "]}");
  EXPECT_THAT(look(), testing::StartsWith("pass"));
  publish("<html>");
  EXPECT_THAT(look(), testing::StartsWith("fail assertion: " + here() + "/keys: the key set is no JSON"));
  const std::string metadata = "/.well-known/openid-configuration";
  platform.says[metadata] = http_answer(200, R"({"issuer":"https://else"})");
  EXPECT_EQ(look(), "fail assertion: " + here() + metadata +
                        ": it calls itself \"https://else\", configured is \"" + here() + "\"");
  EXPECT_EQ(phase(), "discovery");
  platform.says[metadata] = http_answer(404);
  platform.says["/.well-known/oauth-authorization-server"] =
      http_answer(200, R"({"issuer":")" + here() + R"(","jwks_uri":")" + here() + R"(/keys"})");
  publish(R"({"keys":[{"kid":"k1",)" + ec + "}]}");
  EXPECT_THAT(look(), testing::StartsWith("pass")) << "RFC 8414";
}

TEST_F(Issuer, ItsKeysAreKeptByNameOnly) {
  publish(R"({"keys":[{"kid":"k1",)" + ec + R"(},{"kid":"k2","use":"enc",)" + ec + "}]}");
  look();
  EXPECT_THAT(frames(),
              HasSubstr("--- keys\n\"k1\" (EC P-256)\n\"k2\" (EC P-256): made for something other"));
  EXPECT_THAT(frames(), Not(HasSubstr("f83OJ3D2")));
}

TEST_F(Issuer, WhoseClockIsApartIsTold) {
  platform.says["/keys"] =
      http_answer(200, R"({"keys":[{"kid":"k1",)" + ec + "}]}", "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  const std::string words = look();
  EXPECT_THAT(words, testing::StartsWith("warn assertion: the clock of " + here() + "/keys is "));
  EXPECT_THAT(words, testing::EndsWith(" min behind ours"));
  EXPECT_THAT(look("\n    clock: {fail: 1m}"), testing::StartsWith("fail assertion: the clock of "));
}

TEST_F(Auth, AClockThatIsApartIsTheLikelyReasonOfARefusal) {
  platform.says["/me"] = http_answer(401, "", "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  EXPECT_THAT(run(guarded()), testing::AllOf(testing::StartsWith("fail auth: " + here() + "/me refuses"),
                                             HasSubstr("answered 401; the clock of " + here() + "/me is "),
                                             testing::EndsWith("behind ours")));
}

// --- a token of the credentials

TEST_F(Auth, ATokenOfCredentialsIsLookedAtToo) {
  auto set = std::make_shared<CredentialSet>();
  set->emplace("fixed", BearerCredential{Secret(platform.token())});
  loop.credentials.use(set);
  EXPECT_THAT(run("credentials: fixed\n    protected: {url: " + at("/me") + "}" + secret_key),
              testing::StartsWith("pass: a token of fixed, HS256 token for 1"));
  EXPECT_EQ(platform.asked["/login"], 0);
}

// --- what signing in gives, in use

struct InUse : testing::Test {
  using Run = answerback::Run;  // not testing::Test's
  Loop loop;
  MovedClock clock{loop.clock};
  Phases phases;
  Evidence evidence;
  Run run{clock, clock.now() + 1h, phases, evidence, RunId{{1}, {1}}};
  int signed_in = 0;
  std::vector<std::string> presented;
  test::Peer issuer{loop.io, [this](test::Connection& c) -> asio::awaitable<void> {
                      co_await c.read_http();
                      co_await c.write(http_answer(
                          200, R"({"access_token":"token-)" + std::to_string(++signed_in) + "\"}"));
                    }};
  test::Peer target{loop.io, [this](test::Connection& c) -> asio::awaitable<void> {
                      presented.push_back(Platform::bearer(co_await c.read_http()));
                      co_await c.write(http_answer(401));
                    }};

  InUse() {
    SignIn sign_in;
    sign_in.request.url = net::parse_url(issuer.url(), {"http"}).value();
    auto set = std::make_shared<CredentialSet>();
    set->emplace("canary", sign_in);
    loop.credentials.use(set);
    EXPECT_TRUE(test::finish(loop.io, loop.credentials.token(run, "canary")));
    clock.move(31s);
  }
  std::string_view look(const ProbeType& type, const std::string& url) {
    Reading reading("url: '" + url + "'\n    credentials: canary");
    const std::unique_ptr<Probe> probe = type.make(reading.fields(), loop.services);
    EXPECT_TRUE(reading.ok()) << reading.text();
    return name(test::finish(loop.io, probe->run(run)).reason);
  }
};

TEST_F(InUse, ARefusedUpgradeIsAskedForAgainWithANewToken) {
  EXPECT_EQ(look(websocket, "ws://127.0.0.1:" + std::to_string(target.port())), "auth");
  EXPECT_EQ(presented, (std::vector<std::string>{"token-1", "token-2"}));
}

TEST_F(InUse, SoIsARefusedRequest) {
  EXPECT_EQ(look(http, target.url()), "auth");
  EXPECT_EQ(presented, (std::vector<std::string>{"token-1", "token-2"}));
  EXPECT_EQ(look(http, target.url()), "auth");
  EXPECT_EQ(presented.size(), 3u) << "once";
}

}  // namespace
}  // namespace answerback::probes
