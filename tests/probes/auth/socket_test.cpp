// What must be refused, shown at the WebSocket of a platform whose HTTP door is well guarded.
#include "probes/auth/socket.h"
#include "probes/auth/harness.h"
#include "unit/net/websocket_lab.h"

namespace answerback::probes {
namespace {

using namespace std::chrono_literals;
using test::Connection;
using testing::HasSubstr;
using testing::StartsWith;
template <class T>
using Awaitable = asio::awaitable<T>;

const std::string welcome = net::frame(net::text_frame, R"({"type":"connection_established"})");

struct AuthSocket : AtPlatform {
  std::function<Awaitable<void>(Connection&, const std::string& request)> turn_away = closes(1008);
  std::function<bool(const std::string& token)> lets_in = [this](const std::string& token) {
    return platform.accepts(token);
  };
  int knocks = 0;

  AuthSocket() {
    platform.socket = [this](Connection& c, std::string request) -> Awaitable<void> {
      ++knocks;
      if (!lets_in(Platform::bearer(request))) co_return co_await turn_away(c, request);
      co_await c.write(net::accepted(request) + welcome);
      co_await c.hold();
    };
  }
  static std::function<Awaitable<void>(Connection&, const std::string&)> closes(unsigned code) {
    return [code](Connection& c, const std::string& request) -> Awaitable<void> {
      co_await c.write(net::accepted(request) + net::closing(code));
    };
  }
  static std::function<Awaitable<void>(Connection&, const std::string&)> says(const std::string& bytes) {
    return [bytes](Connection& c, const std::string&) -> Awaitable<void> { co_await c.write(bytes); };
  }
  std::string socket() const { return "ws" + here().substr(4) + "/ws"; }
  std::string also(const std::string& more = "") const {
    return guarded("\n    also: ['" + socket() + "']" + more);
  }
};

TEST_F(AuthSocket, IsShownEachForgeryToo) {
  EXPECT_EQ(
      run(also()),
      "pass: signed in, HS256 token for 15 min, verified, accepted by 2 services, 12 forgeries refused");
  EXPECT_EQ(knocks, 7);
  EXPECT_EQ(run("login: {url: " + at("/login") + "}\n    also: ['" + socket() + "']" + secret_key),
            "pass: signed in, HS256 token for 15 min, verified, accepted by 1 service, 6 forgeries refused")
      << "needs no HTTP door";
}

TEST_F(AuthSocket, ThatWelcomesAnybodyIsABypass) {
  lets_in = [](const std::string&) { return true; };
  EXPECT_THAT(run(also()), StartsWith("fail auth_bypass: " + socket() +
                                      " accepts a request without a token (welcomed us), a token of random "
                                      "letters (welcomed us), a token whose time is over (welcomed us), "));
  EXPECT_EQ(phase(), "no_token");
  EXPECT_THAT(frames() + seen.result.detail, testing::Not(HasSubstr("eyJ")));
}

TEST_F(AuthSocket, ThatReadsTokensWithoutVerifyingThemIsABypassInAPhaseOfItsName) {
  for (const std::string alg : {"none", "HS256"}) {
    lets_in = [&](const std::string& token) {
      return platform.accepts(token) || (alg == "none" && Platform::algorithm(token) == "none") ||
             (alg == "HS256" && Platform::algorithm(token) == alg);
    };
    EXPECT_THAT(run(also("\n    refuse: [no_token, garbage, wrong_secret, alg_none]")),
                StartsWith("fail auth_bypass: " + socket() + " accepts a token with" +
                           (alg == "none" ? "out a signature" : " a wrong signature")));
    EXPECT_EQ(phase(), alg == "none" ? "alg_none" : "wrong_secret");
  }
}

TEST_F(AuthSocket, EveryWayToTurnSomebodyAwayIsARefusal) {
  const auto silence = [](Connection& c, const std::string& request) -> Awaitable<void> {
    co_await c.write(net::accepted(request));
    co_await c.hold();
  };
  const auto frame = [](Connection& c, const std::string& request) -> Awaitable<void> {
    co_await c.write(net::accepted(request) +
                     net::frame(net::text_frame, R"({"type":"error_message","error_code":"NO_TOKEN"})"));
    co_await c.hold();
  };
  const struct {
    std::string what;
    std::function<Awaitable<void>(Connection&, const std::string&)> does;
  } rows[] = {{"401", says(http_answer(401))},
              {"403", says(http_answer(403))},
              {"404", says(http_answer(404))},
              {"302", says(http_answer(302, "", "Location: /login\r\n"))},
              {"1008", closes(1008)},
              {"4401", closes(4401)},
              {"an error", frame},
              {"no welcome", silence}};
  for (const auto& row : rows) {
    turn_away = row.does;
    EXPECT_THAT(run(also("\n    refuse: [no_token, alg_none]")), HasSubstr("4 forgeries refused"))
        << row.what;
  }
}

TEST_F(AuthSocket, ThatSaysNothingToTheGoodTokenEitherIsNotAsked) {
  platform.socket = [this](Connection& c, std::string request) -> Awaitable<void> {
    ++knocks;
    co_await c.write(net::accepted(request));
    co_await c.hold();
  };
  EXPECT_THAT(run(also("\n    refuse: [alg_none]"), 1500ms),
              HasSubstr("accepted by 2 services, 1 forgeries refused"));
  EXPECT_EQ(knocks, 1);
}

TEST_F(AuthSocket, WhatSaysNothingIsNoRefusal) {
  for (const auto& [does, words] :
       {std::pair(says(http_answer(500)), "warn status"), std::pair(closes(1011), "warn closed")}) {
    turn_away = does;
    const std::string told = run(also("\n    refuse: [no_token]"));
    EXPECT_THAT(told, StartsWith(std::string(words) + ": not known whether " + socket() +
                                 " refuses a request without a token"));
  }
}

TEST_F(AuthSocket, ThatHoldsAForgeryUpCostsItsShareOnly) {
  turn_away = [](Connection& c, const std::string&) -> Awaitable<void> { co_await c.hold(); };
  EXPECT_EQ(
      run(also("\n    refuse: [no_token, alg_none]"), 600ms),
      "warn read_timeout: not known whether " + socket() +
          " refuses a request without a token (no answer in time), a token without a signature (alg none) "
          "(no answer in time)");
}

TEST(AuthGreeting, SilenceIsJudgedByWhatWasSaidToTheGoodToken) {
  using Kind = Greeting::Kind;
  const Greeting good{.kind = Kind::welcomed, .after = 200ms};
  EXPECT_EQ(judge_greeting({.kind = Kind::silent, .after = 3s}).kind, Access::Kind::accepted);
  EXPECT_EQ(judge_greeting({.kind = Kind::silent, .after = 400ms}, good).kind, Access::Kind::refused);
  EXPECT_EQ(judge_greeting({.kind = Kind::silent, .after = 399ms}, good).kind, Access::Kind::unclear);
  EXPECT_EQ(judge_greeting({.kind = Kind::silent, .after = 99ms}, {.kind = Kind::welcomed}).kind,
            Access::Kind::unclear);
  const Greeting forbidden{.why = {Reason::upgrade_refused, "403"}, .status = 403};
  EXPECT_EQ(judge_greeting(forbidden, good).kind, Access::Kind::refused);
  EXPECT_EQ(judge_greeting(forbidden).kind, Access::Kind::unclear) << "of a good token";
  EXPECT_EQ(judge_greeting({.why = {Reason::upgrade_refused, "503"}, .status = 503}, good).kind,
            Access::Kind::unclear);
}

}  // namespace
}  // namespace answerback::probes
