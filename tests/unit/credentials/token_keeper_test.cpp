#include <gmock/gmock.h>

#include "credentials/credentials.h"
#include "probe/within.h"
#include "probes/loop.h"
#include "support/moved_clock.h"
#include "support/peer.h"

namespace answerback {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

std::string json_answer(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

struct Bench : testing::Test {
  using Run = answerback::Run;  // not testing::Test's
  Loop loop;
  MovedClock clock{loop.clock};
  int signed_in = 0;
  bool broken = false;
  int hold = 0;  // so many sign-ins get no answer
  std::string heard;
  test::Peer issuer{loop.io, [this](test::Connection& c) -> asio::awaitable<void> {
                      heard = co_await c.read_http();
                      const int number = ++signed_in;
                      if (hold-- > 0) co_await c.hold();
                      if (broken)
                        co_await c.write("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n");
                      else
                        co_await c.write(json_answer(R"({"access_token":"token-)" + std::to_string(number) +
                                                     R"(","expires_in":900})"));
                    }};
  std::shared_ptr<Redactor> redactor = std::make_shared<Redactor>();
  Phases phases;
  Evidence evidence;
  Run run{clock, clock.now() + 1h * 24, phases, evidence, RunId{{1}, {1}}};

  Bench() {
    SignIn sign_in;
    sign_in.request.method = "POST";
    sign_in.request.url = net::parse_url(issuer.url("/login?key=geheim"), {"http"}).value();
    auto set = std::make_shared<CredentialSet>();
    set->emplace("canary", sign_in);
    loop.credentials.use(set, redactor);
  }

  std::string token() {
    const auto got = test::finish(loop.io, loop.credentials.token(run, "canary"));
    return got ? got->reveal() : std::string(name(got.error().reason)) + " " + got.error().detail;
  }
};

TEST_F(Bench, AllWhoWantATokenShareOneSignIn) {
  std::vector<std::string> got;
  const auto want = [&]() -> asio::awaitable<void> {
    Phases own_phases;
    Evidence own_evidence;
    Run own{clock, clock.now() + 1h, own_phases, own_evidence, RunId{{1}, {1}}};
    const auto each = co_await loop.credentials.token(own, "canary");
    got.push_back(each ? each->reveal() : each.error().detail);
    EXPECT_EQ(own_phases.current(), Phase::sign_in);
    EXPECT_EQ(own_evidence.bytes_received(), 0u) << "the issuer's answer is no evidence of the target";
  };
  const auto all = [&]() -> asio::awaitable<int> {
    co_await both(both(want(), want()), both(both(want(), want()), want()));
    co_return 0;
  };
  test::finish(loop.io, all());
  EXPECT_EQ(got, std::vector<std::string>(5, "token-1"));
  EXPECT_EQ(signed_in, 1);
  EXPECT_EQ(token(), "token-1");
  EXPECT_EQ(signed_in, 1);
}

TEST_F(Bench, IsRenewedBeforeItsEndAndUsedUntilThen) {
  EXPECT_EQ(token(), "token-1");
  clock.move(869s);
  EXPECT_EQ(token(), "token-1");
  clock.move(2s);
  broken = true;
  EXPECT_EQ(token(), "token-1") << "an issuer that fails does no harm while the token is good";
  EXPECT_EQ(signed_in, 2);
  EXPECT_EQ(token(), "token-1");
  EXPECT_EQ(signed_in, 2) << "it is left alone for a while";
  clock.move(11s);
  broken = false;
  EXPECT_EQ(token(), "token-3");
}

TEST_F(Bench, AFailureIsKeptForAWhile) {
  broken = true;
  const std::string failure = token();
  EXPECT_EQ(failure, "auth credentials \"canary\": signing in at http://127.0.0.1:" +
                         std::to_string(issuer.port()) + "/login: answered 500");
  phases = Phases();
  EXPECT_EQ(token(), failure);
  EXPECT_EQ(phases.current(), Phase::sign_in) << "also where it is remembered";
  EXPECT_EQ(signed_in, 1);
  EXPECT_FALSE(loop.credentials.refused(run, "canary", "other"));
  clock.move(9s);
  EXPECT_EQ(token(), failure);
  EXPECT_EQ(signed_in, 1);
  broken = false;
  clock.move(2s);
  EXPECT_EQ(token(), "token-2");
}

TEST_F(Bench, WhoeverWaitsTakesOverFromOneWhoIsCancelled) {
  hold = 1;
  const auto first = [&]() -> asio::awaitable<void> {
    EXPECT_FALSE(co_await within(clock, clock.now() + 50ms, loop.credentials.token(run, "canary")));
    EXPECT_EQ(phases.current(), Phase::sign_in);
    EXPECT_EQ(phases.late(), Reason::auth);
    EXPECT_EQ(phases.note(), "http://127.0.0.1:" + std::to_string(issuer.port()) + "/login, in processing");
  };
  const auto second = [&]() -> asio::awaitable<void> {
    Phases own_phases;
    Evidence own_evidence;
    Run own{clock, clock.now() + 1h, own_phases, own_evidence, RunId{{1}, {1}}};
    const auto got = co_await loop.credentials.token(own, "canary");
    EXPECT_EQ(got ? got->reveal() : got.error().detail, "token-2");
  };
  const auto all = [&]() -> asio::awaitable<int> {
    co_await both(first(), second());
    co_return 0;
  };
  test::finish(loop.io, all());
  EXPECT_EQ(signed_in, 2);
}

TEST_F(Bench, AReloadForgetsWhileSomebodySignsIn) {
  hold = 1;
  const auto reloaded = [&]() -> asio::awaitable<void> {
    co_await clock.sleep_until(clock.now() + 20ms);
    loop.credentials.use(nullptr);
  };
  const auto cut = [&]() -> asio::awaitable<void> {
    EXPECT_FALSE(co_await within(clock, clock.now() + 50ms, loop.credentials.token(run, "canary")));
  };
  const auto all = [&]() -> asio::awaitable<int> {
    co_await both(reloaded(), cut());
    co_return 0;
  };
  test::finish(loop.io, all());
  EXPECT_THAT(token(), HasSubstr("no credentials are named \"canary\""));
}

TEST_F(Bench, ATargetThatRefusesMakesOneNewSignIn) {
  std::vector<std::string> presented;
  std::string good = "Bearer token-2";
  test::Peer target(loop.io, [&](test::Connection& c) -> asio::awaitable<void> {
    const std::string request = co_await c.read_http();
    const auto at = request.find("Authorization: ") + 15;
    presented.push_back(request.substr(at, request.find("\r\n", at) - at));
    co_await c.write(presented.back() == good ? json_answer("{}")
                                              : "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n");
  });
  const auto ask = [&] {
    net::HttpRequest request;
    request.url = net::parse_url(target.url(), {"http"}).value();
    const auto answer = test::finish(loop.io, loop.credentials.fetch(run, "canary", request));
    return answer ? answer->status : 0;
  };
  EXPECT_EQ(token(), "token-1");
  EXPECT_EQ(ask(), 401u) << "a token just received is not given up";
  EXPECT_EQ(signed_in, 1);
  clock.move(31s);
  EXPECT_EQ(ask(), 200u);
  EXPECT_EQ(signed_in, 2);
  EXPECT_EQ(presented, (std::vector<std::string>{"Bearer token-1", "Bearer token-1", "Bearer token-2"}));

  good = "";  // whatever we present: no storm
  for (int i = 0; i < 5; ++i) EXPECT_EQ(ask(), 401u);
  EXPECT_EQ(signed_in, 2);
  clock.move(31s);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(ask(), 401u);
  EXPECT_EQ(signed_in, 3);
}

TEST_F(Bench, EachSignInProvesItselfAnew) {
  SignIn sign_in;
  sign_in.request.method = "POST";
  sign_in.request.url = net::parse_url(issuer.url("/login"), {"http"}).value();
  sign_in.assertion =
      ClientAssertion{.signer = JwtSigner::make(JwtAlgorithm::hs256, Secret("geheim")).value(),
                      .client = "canary",
                      .audience = "a",
                      .key_id = ""};
  auto set = std::make_shared<CredentialSet>();
  set->emplace("canary", sign_in);
  std::vector<std::string> proofs;
  for (int i = 0; i < 2; ++i) {
    loop.credentials.use(set);  // forgets the token there was
    EXPECT_THAT(token(), testing::StartsWith("token-"));
    const std::size_t at = heard.find("client_assertion=");
    ASSERT_NE(at, std::string::npos) << heard;
    proofs.push_back(heard.substr(at));
  }
  EXPECT_NE(proofs[0], proofs[1]);
}

TEST_F(Bench, TokensThatComeInAreKnownToTheRedactor) {
  EXPECT_EQ(redactor->taken_out_of("it said token-1"), "it said token-1");
  EXPECT_EQ(token(), "token-1");
  EXPECT_EQ(redactor->taken_out_of("it said token-1 and dG9rZW4tMQ=="), "it said <secret> and <secret>Q==");
}

TEST_F(Bench, ASilentIssuerIsNamedWithTheRestOfTheTime) {
  hold = 1;
  Run hurried{clock, clock.now() + 100ms, phases, evidence, RunId{{1}, {1}}};
  const auto got = test::finish(loop.io, loop.credentials.token(hurried, "canary"));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().reason, Reason::auth);
  EXPECT_THAT(got.error().detail, HasSubstr("/login, in processing: no answer"));
  EXPECT_THAT(got.error().detail, Not(HasSubstr("geheim")));
}

}  // namespace
}  // namespace answerback
