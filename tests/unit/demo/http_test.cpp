// The HTTP side: sign-in, the health endpoints and how they lie, threads, the switchboard.

#include <gmock/gmock.h>

#include "unit/demo/client.h"

namespace demo::test {
namespace {

using testing::HasSubstr;
using testing::IsSupersetOf;

class Http : public PlatformTest {
 protected:
  void SetUp() override { begin(); }
  HttpAnswer get(const std::string& target, Headers headers = {}) {
    return run(http(port, "GET", target, "", headers));
  }
  HttpAnswer post(const std::string& target, const std::string& body = "") {
    return run(http(port, "POST", target, body));
  }
  Headers signed_in(const std::string& user = "canary") {
    return {{"authorization", "Bearer " + token(user)}};
  }
};

TEST_F(Http, LoginGivesATokenTheWebSocketTakes) {
  const HttpAnswer answer = post("/auth/login", R"({"user":"ann","password":"demo"})");
  ASSERT_EQ(answer.status, 200U) << answer.body;
  EXPECT_EQ(answer.at("/token_type"), "Bearer");
  EXPECT_EQ(answer.at("/expires_in"), "900");
  EXPECT_EQ(answer.headers.at("cache-control"), "no-store");
  const auto talk = [](std::uint16_t to, std::string bearer) -> asio::awaitable<std::optional<Frame>> {
    Socket socket =
        co_await Socket::open(to, {.target = "/ws", .authorization = "Bearer " + bearer, .protocols = ""});
    co_return co_await socket.next(5s);
  };
  const auto welcome = run(talk(port, answer.at("/access_token")));
  ASSERT_TRUE(welcome);
  EXPECT_EQ(welcome->field("user_id"), "ann");
}

TEST_F(Http, LoginRefuses) {
  EXPECT_EQ(post("/auth/login", R"({"user":"ann","password":"wrong"})").status, 401U);
  EXPECT_EQ(post("/auth/login", R"({"user":"ann"})").status, 422U);
  EXPECT_EQ(post("/auth/login", "garbage").status, 422U);
  EXPECT_EQ(run(http(port, "GET", "/auth/login")).status, 405U);
}

TEST_F(Http, HealthIsHealthyWhateverHappens) {
  for (const FaultInfo& info : all_faults()) platform->faults().cause(info.fault);
  for (const char* path : {"/health", "/auth/health"}) {
    EXPECT_EQ(get(path).status, 200U);
    EXPECT_EQ(get(path).at("/status"), "healthy");
  }
}

TEST_F(Http, ReadyTellsTheTruth) {
  EXPECT_EQ(get("/health/ready").status, 200U);
  EXPECT_EQ(get("/health/ready").at("/database"), "not_configured");
  platform->faults().cause(Fault::database);
  const HttpAnswer broken = get("/health/ready");
  EXPECT_EQ(broken.status, 503U);
  EXPECT_EQ(broken.at("/detail/status"), "not_ready");
  EXPECT_EQ(broken.at("/detail/database"), "failed");
  platform->faults().heal(Fault::database);
  platform->faults().cause(Fault::not_started);
  EXPECT_EQ(get("/health/ready").at("/detail/startup_complete"), "false");
}

TEST_F(Http, ReadyLiesWhenTold) {
  platform->faults().cause(Fault::database);
  platform->faults().cause(Fault::ready_lies);
  EXPECT_EQ(get("/health/ready").status, 200U);
  EXPECT_EQ(get("/health/ready").body, R"({"status":"ready"})");
  platform->faults().heal(Fault::ready_lies);
  platform->faults().cause(Fault::ready_contradicts);
  EXPECT_EQ(get("/health/ready").status, 200U);
  EXPECT_EQ(get("/health/ready").at("/status"), "ready");
  EXPECT_EQ(get("/health/ready").at("/database"), "failed");
  EXPECT_EQ(get("/health/ready").at("/redis_db"), "failed");
}

TEST_F(Http, ThreadsBelongToTheirUser) {
  EXPECT_EQ(get("/api/threads").status, 401U);
  EXPECT_EQ(get("/api/threads").headers.at("www-authenticate"), "Bearer");
  EXPECT_EQ(get("/api/threads", {{"authorization", "Bearer garbage"}}).status, 401U);
  converse(R"({"type":"chat","payload":{"text":"2 times 3","thread_id":"t-1"}})");
  const HttpAnswer answer = get("/api/threads", signed_in());
  EXPECT_EQ(answer.at("/threads/0/id"), "t-1");
  EXPECT_EQ(answer.at("/threads/0/runs"), "1");
  EXPECT_EQ(get("/api/threads", signed_in("bob")).body, R"({"threads":[]})");
  EXPECT_EQ(run(http(port, "DELETE", "/api/threads/t-1", "", signed_in("bob"))).status, 404U);
  EXPECT_EQ(run(http(port, "DELETE", "/api/threads/t-1", "", signed_in())).status, 204U);
  EXPECT_EQ(get("/api/threads", signed_in()).body, R"({"threads":[]})");
  platform->faults().cause(Fault::database);
  EXPECT_EQ(get("/api/threads", signed_in()).status, 500U);
  EXPECT_THAT(get("/api/threads", signed_in()).at("/detail"), HasSubstr("database layer"));
}

TEST_F(Http, UnknownPathsAndMethods) {
  EXPECT_EQ(get("/nothing").status, 404U);
  EXPECT_EQ(post("/health").status, 405U);
  EXPECT_EQ(run(http(port, "HEAD", "/health")).status, 200U);
}

TEST_F(Http, TheSwitchboardListsEverySwitch) {
  const json::value board = get("/demo").value();
  const json::array& switches = board.at("switches").as_array();
  ASSERT_EQ(switches.size(), all_faults().size());
  for (const json::value& one : switches) {
    EXPECT_FALSE(one.at("name").as_string().empty());
    EXPECT_FALSE(one.at("line").as_string().empty());
    EXPECT_FALSE(one.at("on").as_bool());
  }
}

TEST_F(Http, EverySwitchIsThrownByNameAndHealed) {
  for (const FaultInfo& info : all_faults()) {
    const std::string what = R"({"what":")" + std::string(info.name) + R"("})";
    EXPECT_EQ(post("/demo/break", what).status, 200U);
    EXPECT_TRUE(platform->faults().on(info.fault)) << info.name;
    EXPECT_EQ(platform->faults().value(info.fault), info.value);
    EXPECT_EQ(post("/demo/heal", what).body, R"({"on":[]})");
    EXPECT_FALSE(platform->faults().on(info.fault)) << info.name;
  }
}

TEST_F(Http, SwitchesTakeTheirNumberAndAreHealedTogether) {
  EXPECT_EQ(post("/demo/break", R"({"what":"llm_slow","ms":5000})").status, 200U);
  EXPECT_EQ(post("/demo/break", R"({"what":"database"})").body, R"({"on":["database","llm_slow"]})");
  EXPECT_EQ(platform->faults().value(Fault::llm_slow), 5000);
  EXPECT_EQ(post("/demo/heal").body, R"({"on":[]})");
  EXPECT_FALSE(platform->faults().on(Fault::database));
  EXPECT_THAT(get("/demo").body, HasSubstr("broken: llm_slow"));
}

TEST_F(Http, AnUnknownSwitchGetsTheList) {
  for (const char* path : {"/demo/break", "/demo/heal"}) {
    const HttpAnswer answer = post(path, R"({"what":"everything"})");
    EXPECT_EQ(answer.status, 400U);
    EXPECT_EQ(answer.at("/error"), "there is no switch \"everything\"");
    EXPECT_EQ(answer.value().at("known").as_array().size(), all_faults().size());
    EXPECT_EQ(post(path, "garbage").status, 400U);
  }
  EXPECT_EQ(post("/demo/break").status, 400U);
  EXPECT_EQ(post("/demo/break", R"({"what":"llm_slow","ms":-1})").status, 400U);
  EXPECT_EQ(post("/demo/break", R"({"what":"llm_slow","ms":"long"})").status, 400U);
}

}  // namespace
}  // namespace demo::test
