// The WebSocket around the agent: ways to sign in, ways to be refused, welcome, heartbeat, limits.

#include <gmock/gmock.h>

#include <openssl/evp.h>

#include "platform/sign_in.h"
#include "unit/demo/client.h"

namespace demo::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Heard {
  unsigned upgrade_status = 0;
  std::string subprotocol;
  std::vector<Frame> frames;
  std::optional<unsigned> closed;
};

// Opens, says something if told to, listens until it is quiet.
asio::awaitable<Heard> hear(std::uint16_t port, Offer offer, std::string say = "",
                            milliseconds quiet = 150ms) {
  Socket socket = co_await Socket::open(port, std::move(offer));
  if (!say.empty()) co_await socket.send(std::move(say));
  Heard heard{.upgrade_status = socket.upgrade_status(),
              .subprotocol = socket.subprotocol(),
              .frames = {},
              .closed = {}};
  heard.frames = co_await socket.until_quiet(quiet);
  heard.closed = socket.close_code();
  co_return heard;
}

// Without padding, as a browser's client sends a token in a subprotocol.
std::string base64url(std::string text) {
  std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(size));
  while (out.ends_with('=')) out.pop_back();
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out;
}

class Sockets : public PlatformTest {
 protected:
  Heard listen(Offer offer, std::string say = "") {
    return run(hear(port, std::move(offer), std::move(say)));
  }
  Offer header() const { return {.target = "/ws", .authorization = "Bearer " + token(), .protocols = ""}; }
  static void welcomed(const Heard& heard) {
    EXPECT_EQ(heard.upgrade_status, 101U);
    EXPECT_THAT(names(heard.frames), ElementsAre("system_message", "ping"));
    EXPECT_FALSE(heard.closed);
  }
  static void refused(const Heard& heard, const char* code) {
    EXPECT_EQ(heard.upgrade_status, 101U);  // refused after it: that is the platform's way
    ASSERT_THAT(names(heard.frames), ElementsAre("error_message"));
    EXPECT_EQ(heard.frames[0].field("error_code"), code);
    EXPECT_EQ(heard.closed, 1008U);
  }
};

TEST_F(Sockets, WelcomeSaysWhatThePlatformIs) {
  begin();
  const Heard heard = listen(header());
  welcomed(heard);
  const json::value data = heard.frames[0].value().at("data");
  EXPECT_EQ(data.at("event"), "connection_established");
  EXPECT_EQ(data.at("connection_ready"), true);
  EXPECT_EQ(data.at("startup_complete"), true);
  EXPECT_EQ(data.at("user_id"), "canary");
  EXPECT_EQ(data.at("config").at("heartbeat_interval"), 20);
  EXPECT_EQ(data.at("config").at("max_message_size"), 8192);
}

TEST_F(Sockets, TokensComeInFourPlaces) {
  begin();
  welcomed(listen(header()));
  const Heard browser =
      listen({.target = "/ws", .authorization = "", .protocols = "jwt-auth, jwt." + base64url(token())});
  welcomed(browser);
  EXPECT_EQ(browser.subprotocol, "jwt-auth");
  welcomed(listen({.target = "/ws?token=" + token(), .authorization = "", .protocols = ""}));
  welcomed(listen({}, R"({"type":"auth","token":")" + token() + R"("})"));
}

TEST_F(Sockets, WrongTokensAreRefusedAfterThe101) {
  begin();
  const auto with = [](const std::string& token) {
    return Offer{.target = "/ws", .authorization = "Bearer " + token, .protocols = ""};
  };
  refused(listen({}), "NO_TOKEN");
  refused(listen({}, R"({"type":"chat","payload":{"text":"hello"}})"), "NO_TOKEN");
  refused(listen(with("garbage")), "INVALID_FORMAT");
  refused(listen(with(mint_token("a", "platform", 60s, "another secret"))), "VALIDATION_FAILED");
  refused(listen(with(mint_token("a", "elsewhere", 60s, options.jwt_secret))), "VALIDATION_FAILED");
  refused(listen(with(mint_token("a", "platform", -60s, options.jwt_secret))), "TOKEN_EXPIRED");
  EXPECT_EQ(platform->counters().refused, 6U);
  EXPECT_EQ(platform->counters().sockets, 0U);
}

TEST_F(Sockets, OtherSubprotocolsClose1003AndOtherPathsAre403) {
  begin();
  EXPECT_EQ(listen({.target = "/ws", .authorization = "", .protocols = "graphql-ws"}).closed, 1003U);
  EXPECT_EQ(
      listen({.target = "/socket", .authorization = "Bearer " + token(), .protocols = ""}).upgrade_status,
      403U);
}

TEST_F(Sockets, SwitchesRefuseGoodTokens) {
  begin();
  platform->faults().cause(Fault::token_refused);
  refused(listen(header()), "VALIDATION_FAILED");
  platform->faults().heal();
  platform->faults().cause(Fault::split_secret);
  refused(listen(header()), "VALIDATION_FAILED");
  EXPECT_EQ(run(http(port, "GET", "/api/threads", "", {{"authorization", "Bearer " + token()}})).status,
            200U);
}

TEST_F(Sockets, SwitchesAtTheDoor) {
  begin();
  platform->faults().cause(Fault::closed_1011);
  const Heard closed = listen(header());
  EXPECT_EQ(closed.upgrade_status, 101U);
  EXPECT_THAT(closed.frames, IsEmpty());
  EXPECT_EQ(closed.closed, 1011U);

  platform->faults().heal();
  platform->faults().cause(Fault::no_welcome);
  EXPECT_THAT(names(listen(header()).frames), ElementsAre("ping"));

  platform->faults().heal();
  platform->faults().cause(Fault::welcome_late, 100);
  const auto began = std::chrono::steady_clock::now();
  const Heard late = listen(header());
  welcomed(late);
  EXPECT_GE(late.frames[0].at - began, 100ms);

  platform->faults().heal();
  platform->faults().cause(Fault::not_started);
  const Heard early = listen(header(), request("start_agent", question));
  welcomed(early);
  EXPECT_EQ(early.frames[0].field("startup_complete"), "false");

  platform->faults().heal();
  platform->faults().cause(Fault::degraded_notice);
  const Heard degraded = listen(header());
  ASSERT_THAT(names(degraded.frames), ElementsAre("system_message", "system_message", "ping"));
  EXPECT_EQ(degraded.frames[1].field("event"), "service_info");
  EXPECT_EQ(degraded.frames[1].field("fallback_active"), "true");
  EXPECT_THAT(degraded.frames[1].field("missing_dependencies"), HasSubstr("agent_supervisor"));
}

TEST_F(Sockets, TheIncident) {
  begin();
  platform->faults().cause(Fault::agent_silent);
  const Heard heard = listen(header(), request("start_agent", question));
  welcomed(heard);  // and not one frame more
  EXPECT_EQ(platform->counters().dropped, 1U);
  EXPECT_EQ(run(http(port, "GET", "/health")).at("/status"), "healthy");
}

TEST_F(Sockets, AnswersPingsHeartbeatsAndTheUnknown) {
  begin();
  const auto answer_to = [&](const char* message) { return converse(message); };
  EXPECT_THAT(names(answer_to(R"({"type":"ping"})")), ElementsAre("pong"));
  EXPECT_EQ(answer_to(R"({"type":"heartbeat"})")[0].field("status"), "healthy");
  EXPECT_EQ(answer_to(R"({"type":"dance"})")[0].field("received_type"), "dance");
  EXPECT_THAT(names(answer_to(R"({"type":"dance"})")), ElementsAre("ack"));
  EXPECT_EQ(answer_to("{{{")[0].field("error_code"), "INVALID_JSON");
  EXPECT_THAT(answer_to(R"({"type":"pong"})"), IsEmpty());
  EXPECT_EQ(platform->counters().pongs, 1U);
  platform->faults().cause(Fault::no_pong);
  EXPECT_THAT(answer_to(R"({"type":"ping"})"), IsEmpty());
  EXPECT_THAT(answer_to(R"({"type":"heartbeat"})"), IsEmpty());
}

TEST_F(Sockets, LongMessagesAreIgnoredSilently) {
  begin();
  const std::string shell = request("chat", "2 times 3 ");
  const auto of_size = [&](std::size_t size) {
    return request("chat", "2 times 3 " + std::string(size - shell.size(), ' '));
  };
  ASSERT_EQ(of_size(8192).size(), 8192U);
  EXPECT_EQ(converse(of_size(8192)).size(), 5U);
  EXPECT_THAT(converse(of_size(8193)), IsEmpty());
}

TEST_F(Sockets, PingsAreRepeatedToWhoAnswersThem) {
  Options quick = fast();
  quick.ping_every = 50ms;
  begin(quick);
  const Heard silent = listen(header());
  EXPECT_THAT(names(silent.frames),
              ElementsAre("system_message", "ping"));  // no pong: no more pings, and no close
  EXPECT_FALSE(silent.closed);
  const auto polite = [](Sockets& test) -> asio::awaitable<int> {
    Socket socket = co_await test.sign_in();
    co_await socket.next(5s);
    int pings = 0;
    for (; pings < 3; ++pings) {
      const auto frame = co_await socket.next(5s);
      if (!frame || frame->name() != "ping") break;
      co_await socket.send(R"({"type":"pong"})");
    }
    co_return pings;
  };
  EXPECT_EQ(run(polite(*this)), 3);
}

TEST_F(Sockets, TheOldestGoesWhenAUserHasTooMany) {
  Options few = fast();
  few.sockets_per_user = 2;
  begin(few);
  const auto crowd = [](Sockets& test) -> asio::awaitable<void> {
    Socket first = co_await test.sign_in(), second = co_await test.sign_in();
    Socket third = co_await test.sign_in(), other = co_await test.sign_in("bob");
    const auto frames = co_await first.until_quiet();
    EXPECT_THAT(names(frames), ElementsAre("system_message", "ping", "error_message"));
    EXPECT_EQ(frames.back().field("error_code"), "CONNECTION_LIMIT");
    EXPECT_EQ(first.close_code(), 1008U);
    EXPECT_FALSE(second.close_code());
    EXPECT_FALSE(third.close_code());
    EXPECT_FALSE(other.close_code());
    co_await third.close();
    Socket fourth = co_await test.sign_in();
    co_await fourth.until_quiet();
    EXPECT_EQ(test.platform->counters().open_sockets, 3U);
    EXPECT_FALSE(second.close_code());
  };
  run(crowd(*this));
}

TEST_F(Sockets, StoppingCutsThemAll) {
  begin();
  const auto open = [](Sockets& test) -> asio::awaitable<void> {
    Socket socket = co_await test.sign_in();
    co_await socket.next(5s);
    co_await socket.next(5s);
    test.platform->stop();
    EXPECT_FALSE(co_await socket.next(5s));
    EXPECT_FALSE(socket.close_code());
  };
  run(open(*this));
}

}  // namespace
}  // namespace demo::test
