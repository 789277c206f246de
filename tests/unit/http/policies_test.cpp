// Who may ask what, and what goes with every answer.
#include <algorithm>

#include "routes_fixture.h"

namespace answerback::http {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

using Policies = RoutesTest;

TEST_F(Policies, EveryAnswerForbidsSniffing) {
  for (const char* target : {"/", "/health", "/livez", "/metrics", "/nothing", "/-/reload"}) {
    EXPECT_THAT(ask(target).headers, testing::Contains(Pair("X-Content-Type-Options", "nosniff"))) << target;
  }
}

TEST_F(Policies, ReloadIsRefusedToAnotherSitesPage) {
  int reloads = 0;
  actions.reload = [&] { return ++reloads, std::expected<void, std::string>(); };
  const auto status = [&](Pairs headers) { return ask("/-/reload", "POST", std::move(headers)).status; };
  EXPECT_EQ(status({{"Host", "h:1"}, {"Origin", "https://evil.example"}}), 403);
  EXPECT_EQ(status({{"Host", "h:1"}, {"Origin", "null"}}), 403);
  EXPECT_EQ(status({{"Host", "h:1"}, {"Origin", "http://h:12"}}), 403);
  EXPECT_EQ(status({{"Host", "h:1"}, {"Sec-Fetch-Site", "cross-site"}}), 403);
  EXPECT_EQ(status({{"Host", "h:1"}, {"Sec-Fetch-Site", "same-site"}}), 403);
  EXPECT_EQ(reloads, 0);
  EXPECT_EQ(status({{"Host", "h:1"}, {"Origin", "http://h:1"}, {"Sec-Fetch-Site", "same-origin"}}), 200);
  EXPECT_EQ(status({{"Host", "h:1"}}), 200);
  EXPECT_EQ(reloads, 2);
}

TEST_F(Policies, EverythingThatChangesSomethingSaysSo) {
  for (const Route& route : routes())
    EXPECT_EQ(route.method != "GET", route.policy == Policy::changing) << route.path;
}

TEST_F(Policies, AModuleIsRunButNotForAnotherSitesPage) {
  EXPECT_EQ(ask("/probe?target=a").status, 501);
  actions.look = [&](const Request&) { return Response{.body = "ran"}; };
  EXPECT_EQ(ask("/probe?target=a").body, "ran");
  EXPECT_EQ(ask("/probe?target=a", "GET", {{"Sec-Fetch-Site", "cross-site"}}).status, 403);
}

TEST_F(Policies, OptionsAsksWhatMayBeAskedAndNeedsNobodysWord) {
  standing = access::Standing::stranger;
  for (const auto& [target, allowed] : std::initializer_list<std::pair<const char*, const char*>>{
           {"/health", "GET, HEAD, OPTIONS"},
           {"/-/reload", "POST, OPTIONS"},
           {"/api/v1/silences", "GET, HEAD, POST, OPTIONS"},
           {"/api/v1/silences/x", "DELETE, OPTIONS"}}) {
    const Response response = ask(target, "OPTIONS");
    EXPECT_EQ(response.status, 200) << target;
    EXPECT_THAT(response.headers, testing::Contains(Pair("Allow", allowed))) << target;
    EXPECT_THAT(response.headers,
                Not(testing::Contains(Pair(testing::StartsWith("Access-Control"), testing::_))));
  }
  EXPECT_EQ(ask("/nothing", "OPTIONS").status, 404);
}

// What a stranger may ask is a list of its own: a route that is added, or given another policy, is looked at
// here.
TEST_F(Policies, StrangersMayAskForThisAndNothingElse) {
  const auto those_with = [](Policy policy) {
    std::vector<std::string_view> paths;
    for (const Route& route : routes())
      if (route.policy == policy) paths.push_back(route.path);
    return paths;
  };
  EXPECT_THAT(those_with(Policy::open), testing::UnorderedElementsAre("/page/*", "/livez", "/readyz",
                                                                      "/startupz", "/-/healthy", "/-/ready"));
  EXPECT_THAT(those_with(Policy::status), testing::UnorderedElementsAre("/health", "/health/*"));
}

// What each policy answers to each who asks. Every route is in it, by its policy.
TEST_F(Policies, EachPolicyAnswersWhomItIsFor) {
  using enum access::Standing;
  actions = {
      .reload = [] { return std::expected<void, std::string>(); },
      .effective_config = [] { return "listen: x"; },
      .silence = [](const Silence&) { return std::expected<Silence, std::string>(std::unexpected("no")); },
      .unsilence = [](const std::string&) { return std::expected<void, std::string>(); },
      .look = [](const Request&) { return Response{.body = "probe_success 1"}; }};
  for (const Route& route : routes()) {
    std::string target(route.path);
    if (target.ends_with("*")) target.replace(target.size() - 1, 1, target == "/page/*" ? "main.js" : "db");
    const Pairs json{{"Content-Type", "application/json"}};
    const auto status = [&](access::Standing who) {
      standing = who;
      return ask(target, std::string(route.method), json).status;
    };
    SCOPED_TRACE(target);
    const int told = status(everybody);
    EXPECT_TRUE(told == 200 || (target == "/api/v1/silences" && told == 400)) << told;
    EXPECT_EQ(status(authorised), told);
    const bool open = route.policy == Policy::open, state = route.policy == Policy::status;
    EXPECT_EQ(status(stranger), open || state ? 200 : 401);
    EXPECT_EQ(status(refused), open ? 200 : 401);
    EXPECT_EQ(status(busy), open ? 200 : 429);
    EXPECT_EQ(status(throttled), open ? 200 : 429);
  }
}

TEST_F(Policies, ARefusalSaysWhatIsWanted) {
  standing = access::Standing::stranger;
  EXPECT_THAT(ask("/metrics").headers,
              testing::Contains(Pair("WWW-Authenticate", testing::StartsWith("Basic realm="))));
  standing = access::Standing::throttled;
  EXPECT_THAT(ask("/metrics").headers, testing::Contains(Pair("Retry-After", "2")));
  EXPECT_EQ(ask("/nothing").status, 429);
}

TEST_F(Policies, StrangersLearnTheStatusAndNoName) {
  given.views[0].facts.health = Health::down;
  given.views[0].facts.reason = Reason::connect_refused;
  const std::string told = ask("/health").body;
  EXPECT_THAT(told, HasSubstr("connect_refused"));
  standing = access::Standing::stranger;
  EXPECT_EQ(ask("/health").body, R"({"status":"fail","notes":["details are for the authorised"]})");
  EXPECT_EQ(ask("/health").status, 503);
  EXPECT_EQ(ask("/health/web").body, R"({"status":"warn","notes":["details are for the authorised"]})");
  EXPECT_EQ(ask("/health/readiness").body, R"({"status":"fail","notes":["details are for the authorised"]})");
  EXPECT_EQ(ask("/health/nope").body, "no group or probe \"nope\"\n");
  EXPECT_EQ(ask("/readyz").body, "readyz check failed\n");
  EXPECT_EQ(ask("/readyz?verbose&exclude=db").body, "readyz check passed\n");
  EXPECT_EQ(ask("/livez").body, "ok");
  started = false;
  EXPECT_EQ(ask("/health").body, R"({"status":"fail","notes":["details are for the authorised"]})");
}

TEST_F(Policies, HeadersOfTheWebConfigStandOnEveryAnswerAndBeatOurs) {
  added = {{"X-Frame-Options", "deny"}, {"Content-Security-Policy", "mine"}};
  for (const char* target : {"/", "/health", "/livez", "/nothing", "/-/reload"}) {
    const Response response = ask(target);
    EXPECT_THAT(response.headers, AllOf(testing::Contains(Pair("X-Frame-Options", "deny")),
                                        testing::Contains(Pair("Content-Security-Policy", "mine"))));
    EXPECT_EQ(std::ranges::count(response.headers, "Content-Security-Policy", &Pairs::value_type::first), 1);
  }
}

TEST_F(Policies, AForeignHostIsNotReflected) {
  for (const char* target : {"/", "/health", "/nothing", "/metrics", "/readyz"}) {
    const Response response = ask(target, "GET", {{"Host", "evil.example"}});
    EXPECT_THAT(response.body, Not(HasSubstr("evil.example")));
    for (const auto& [name, value] : response.headers)
      EXPECT_THAT(value, Not(HasSubstr("evil.example"))) << name;
  }
}

}  // namespace
}  // namespace answerback::http
